/** `docs/passes.md`: the optimizer's passes, in their order, each with why it is sound. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../run.mjs';
import { formatPage } from './page.mjs';

export const name = 'reference of passes';
export const reads = 'build';

const OUTPUT = 'docs/passes.md';

/** The page is linked by name from elsewhere, so it is never removed. */
export function owned() {
  return [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const { PASSES } = await import(pathToFileURL(join(root, 'dist/compiler/6-plan/passes/index.js')).href);
  const page = [
    '<!-- Written by `npm run generate`; edit the passes in `compiler/6-plan/passes/`. -->',
    '# Passes',
    'A plan goes through these passes in this order. Each is a function from a plan to one that means the same; property tests hold every pass against a walk of the rules themselves.',
    ...PASSES.map((pass, index) => `## ${index + 1}. ${pass.name}\n\n${pass.description}`),
  ].join('\n\n');
  return new Map([[OUTPUT, await formatPage(OUTPUT, page)]]);
}
