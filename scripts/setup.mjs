/**
 * Makes a checkout ready: `node_modules` as `package-lock.json` says, `dist/` as the sources say. Does nothing when both
 * are, so every other script starts with it. All messages go to standard error.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommand } from './bundle.mjs';
import { contentHash, filesBelow, fingerprint, readIfPresent, write } from './files.mjs';
import { generators, writeGenerated } from './generate/list.mjs';
import { withLock } from './lock.mjs';
import { Failure, isStarted, main, root, run, tool } from './run.mjs';

const modulesStamp = 'node_modules/.sluice-setup';
const buildStamp = 'dist/.built';
const layers = ['grammar', 'compiler', 'backends', 'cli'];

/** Installs the exact versions of `package-lock.json` unless that has been done. */
export async function ensureModules() {
  if (modulesAreCurrent()) return;
  await withLock(async () => {
    if (modulesAreCurrent()) return;
    console.error('Installing node modules (npm ci) ...');
    const { status } = await run('npm', ['ci', '--include=dev', '--loglevel=error'], { output: 'stderr' });
    if (status !== 0) {
      throw new Failure('npm ci failed (see above). It needs the npm registry, or a cache that holds these packages.');
    }
    write(modulesStamp, wantedModules());
  });
}

/** Compiles the four layers into `dist/` when a source is newer. Type errors are printed and are a failure. */
export async function ensureBuilt() {
  await ensureModules();
  if (buildIsCurrent()) return;
  await withLock(async () => {
    if (buildIsCurrent()) return;
    console.error('Building dist/ ...');
    for (const generator of generators.filter(({ reads }) => reads === 'sources')) await writeGenerated(generator);
    // Taken before the compiler reads: a file saved while it runs is then built the next time.
    const built = wantedBuild();
    const { status, output } = await run(tool('tsc'), ['-p', 'tsconfig.build.json'], { output: 'keep' });
    if (status !== 0) throw new Failure(`${output}\nThe sources have type errors; dist/ may be incomplete.`);
    removeOrphans();
    if (existsSync(join(root, 'dist/cli/main.js'))) await bundleCommand();
    write(buildStamp, built);
  });
}

function wantedModules() {
  const { node, modules } = process.versions;
  return `${contentHash('package-lock.json')} ${node} ${modules} ${process.platform}-${process.arch}\n`;
}

function modulesAreCurrent() {
  return readIfPresent(modulesStamp) === wantedModules();
}

function sources() {
  return layers.flatMap((layer) => filesBelow(layer, ['.ts', '.json', '.hbs']));
}

function wantedBuild() {
  return `${fingerprint([...sources(), 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])}\n`;
}

function buildIsCurrent() {
  return !sources().some((path) => path.endsWith('.ts')) || readIfPresent(buildStamp) === wantedBuild();
}

/** Removes what was built from a source that is gone, so that nothing runs which a fresh clone would not have. */
function removeOrphans() {
  for (const path of layers.flatMap((layer) => filesBelow(`dist/${layer}`, ['.js']))) {
    const source = path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

if (isStarted(import.meta.url)) await main(ensureBuilt);
