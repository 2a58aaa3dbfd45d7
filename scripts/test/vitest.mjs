/** The kinds of tests that vitest runs, each a project of `vitest.config.ts` and a step of `npm test`. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { filesBelow } from '../files.mjs';
import { root, run, tool } from '../run.mjs';

/**
 * @typedef {{ passed: number, failed: string[], skipped: { name: string, why: string }[] }} Outcome
 */

/** A snapshot that is not there is a failure, never a new snapshot; and colours are for terminals. */
const noSurprises = { CI: 'true', ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) };

/** Runs one project and shows its progress. @returns {Promise<Outcome>} */
export async function runProject(project) {
  if (!hasTests(project)) return { passed: 0, failed: [], skipped: [] };
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const summary = join(folder, 'summary.json');
  try {
    const { status } = await run(
      tool('vitest'),
      [
        'run',
        `--project=${project}`,
        '--allowOnly=false',
        '--reporter=default',
        '--reporter=./scripts/test/reporter.mjs',
      ],
      { env: { SLUICE_TEST_SUMMARY: summary, ...noSurprises } },
    );
    return withStatus(readOutcome(summary), status, project);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The tests of a project that cannot run here, as skipped ones. @returns {Promise<Outcome>} */
export async function skipProject(project, why) {
  if (!hasTests(project)) return { passed: 0, failed: [], skipped: [] };
  const { status, output } = await run(tool('vitest'), ['list', `--project=${project}`, '--json'], { output: 'keep' });
  const start = output.indexOf('[');
  if (status !== 0 || start < 0) return { passed: 0, failed: [`vitest list: ${output}`], skipped: [] };
  const tests = JSON.parse(output.slice(start));
  return {
    passed: 0,
    failed: [],
    skipped: tests.map(({ file, name }) => ({ name: `${relative(root, file)} > ${name}`, why })),
  };
}

function hasTests(project) {
  return filesBelow(`test/${project}`, ['.test.ts']).length > 0;
}

function readOutcome(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: [], skipped: [] };
  }
}

/** vitest can fail, or die, without any test that failed. */
function withStatus(outcome, status, project) {
  if (status === 0 || outcome.failed.length > 0) return outcome;
  return { ...outcome, failed: [`vitest --project=${project} ended with exit code ${status}`] };
}
