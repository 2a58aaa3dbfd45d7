/**
 * Files that the command carries with it as they stand, as one constant beside their folder, because it runs as one module
 * and a back end reads no files: `backends/<plane>/fixed/**`, which a plane writes whatever the policy, and
 * `cli/lab/agent/**`, which the command compiles where packets are to be sent.
 */

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow } from '../files.mjs';
import { root } from '../run.mjs';
import { literal } from './templates.mjs';

export const name = 'fixed files';
export const reads = 'sources';

const CARRIED = /^(backends\/[^/]+\/fixed|cli\/lab\/agent)\/(.+)$/;

/** Files that only this generator makes. */
export function owned() {
  return [...filesBelow('backends', ['fixed.gen.ts']), ...filesBelow('cli', ['agent.gen.ts'])];
}

/** @returns {Map<string, string>} path → text */
export function generate() {
  const byFolder = new Map();
  for (const path of [...filesBelow('backends', ['']), ...filesBelow('cli/lab', [''])]) {
    const [, folder, within] = CARRIED.exec(path) ?? [];
    if (folder === undefined) continue;
    const entry = `  '${within}': ${literal(readFileSync(join(root, path), 'utf8'))},\n`;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), entry]);
  }
  return new Map([...byFolder].map(([folder, entries]) => [`${folder}.gen.ts`, moduleText(basename(folder), entries)]));
}

function moduleText(folder, entries) {
  return `// Written by \`npm run generate\` from ${folder}/; edit the files there.

/** Texts of the files in ${folder}/, by path. */
export const ${folder.toUpperCase()}: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
}
