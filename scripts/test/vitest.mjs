/** The kinds of tests that vitest runs, each a project of `vitest.config.ts` and a step of `npm test`. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesBelow } from '../files.mjs';
import { run, tool } from '../run.mjs';

/**
 * @typedef {{ passed: number, failed: string[], skipped: { name: string, why: string }[], output?: string }} Outcome `output`:
 *   what vitest wrote, where that was to be kept.
 */

/** A snapshot that is not there is a failure, never a new snapshot; and colours are for terminals. */
const noSurprises = { CI: 'true', ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) };

/** Runs one project; shows its progress (`show`), or keeps what it writes (`keep`). @returns {Promise<Outcome>} */
export async function runProject(project, output) {
  if (!hasTests(project)) return { passed: 0, failed: [], skipped: [] };
  return runVitest(project, ['--reporter=default'], output);
}

async function runVitest(project, options, output) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const summary = join(folder, 'summary.json');
  const args = [
    'run',
    `--project=${project}`,
    '--allowOnly=false',
    '--reporter=./scripts/test/reporter.mjs',
    ...options,
  ];
  try {
    const env = { SLUICE_TEST_SUMMARY: summary, ...noSurprises };
    const { status, output: written } = await run(tool('vitest'), args, { output, env });
    return { ...withStatus(readOutcome(summary), status, project), output: written };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The tests of a project that cannot run here, as skipped ones. @returns {Promise<Outcome>} */
export async function skipProject(project, why) {
  if (!hasTests(project)) return { passed: 0, failed: [], skipped: [] };
  // `vitest list` leaves out the tests that skip themselves here, so all of them are passed over: no name is empty.
  const outcome = await runVitest(project, ['--testNamePattern=^$', '--silent'], 'keep');
  return { ...outcome, output: '', skipped: outcome.skipped.map(({ name }) => ({ name, why })) };
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
