/** The checks of `npm test` that are not tests: each reads the whole project and is right or wrong as one. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generators, outdated } from '../generate/list.mjs';
import { root, run, tool } from '../run.mjs';
import { ensureBuilt } from '../setup.mjs';

/**
 * @typedef {{ name: string, what: string, run(): Promise<{ ok: boolean, output: string }> }} Check
 */

/** In the order in which they run. @type {Check[]} */
export const checks = [
  // Before the build, which would bring them up to date.
  { name: 'generated', what: 'files made from sources are current', run: () => generatedFrom('sources') },
  { name: 'build', what: 'dist/ can be built', run: build },
  ...(generators.some(({ reads }) => reads === 'build')
    ? [{ name: 'docs', what: 'files made from the build are current', run: () => generatedFrom('build') }]
    : []),
  { name: 'types', what: 'TypeScript', run: () => toolRuns('tsc', ['-p', 'tsconfig.json']) },
  {
    name: 'page types',
    what: 'TypeScript of what runs in a browser',
    run: () => toolRuns('tsc', ['-p', 'cli/explain-page/client/tsconfig.json']),
  },
  { name: 'lint', what: 'oxlint', run: () => toolRuns('oxlint', ['--deny-warnings']) },
  { name: 'format', what: 'prettier', run: () => toolRuns('prettier', ['--check', '--log-level=warn', '.']) },
  { name: 'unused', what: 'knip', run: () => toolRuns('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'layers', what: 'dependency-cruiser', run: layers },
];

async function generatedFrom(reads) {
  const stale = [];
  for (const generator of generators) {
    if (generator.reads === reads) stale.push(...(await outdated(generator)));
  }
  const output = stale.map((path) => `not current: ${path} (run \`npm run generate\`)`).join('\n');
  return { ok: stale.length === 0, output };
}

async function build() {
  try {
    await ensureBuilt();
    return { ok: true, output: '' };
  } catch (error) {
    return { ok: false, output: error.message };
  }
}

function layers() {
  const folders = ['grammar', 'compiler', 'backends', 'cli', 'scripts', 'test'];
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  return toolRuns('depcruise', ['--config', '.dependency-cruiser.cjs', ...present]);
}

async function toolRuns(name, args) {
  const { status, output } = await run(tool(name), args, { output: 'keep' });
  return { ok: status === 0, output };
}
