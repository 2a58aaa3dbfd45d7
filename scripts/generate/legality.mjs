/** `docs/legality.md`: which clause and which action is legal in which block, from the data that the checker reads. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../run.mjs';
import { formatPage } from './page.mjs';

export const name = 'tables of what is legal where';
export const reads = 'build';

const OUTPUT = 'docs/legality.md';

/** The page is linked by name from elsewhere, so it is never removed. */
export function owned() {
  return [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const { legalityTables } = await import(pathToFileURL(join(root, 'dist/compiler/3-check/legality.js')).href);
  const page = [
    '<!-- Written by `npm run generate` from compiler/3-check/legality.ts; edit that. -->',
    '# What is legal where',
    'Anything that stands in no table cell here is an error, with the rule and what to do about it.',
    legalityTables(),
  ];
  return new Map([[OUTPUT, await formatPage(OUTPUT, page.join('\n\n'))]]);
}
