/**
 * `backends/<plane>/fixed/**`, files that a plane writes as they stand whatever the policy, as one constant in
 * `backends/<plane>/fixed.gen.ts`, because a back end reads no files.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../files.mjs';
import { root } from '../run.mjs';
import { literal } from './templates.mjs';

export const name = 'fixed files';
export const reads = 'sources';

/** Files that only this generator makes. */
export function owned() {
  return filesBelow('backends', ['fixed.gen.ts']);
}

/** @returns {Map<string, string>} path → text */
export function generate() {
  const byPlane = new Map();
  for (const path of filesBelow('backends', [''])) {
    const [, plane, within] = /^(backends\/[^/]+)\/fixed\/(.+)$/.exec(path) ?? [];
    if (plane === undefined) continue;
    const entry = `  '${within}': ${literal(readFileSync(join(root, path), 'utf8'))},\n`;
    byPlane.set(plane, [...(byPlane.get(plane) ?? []), entry]);
  }
  return new Map([...byPlane].map(([plane, entries]) => [`${plane}/fixed.gen.ts`, moduleText(entries)]));
}

function moduleText(entries) {
  return `// Written by \`npm run generate\` from fixed/; edit the files there.

/** Texts of the files in fixed/, by path. */
export const FIXED: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
}
