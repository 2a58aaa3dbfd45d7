/**
 * `cli/explain-page/assets.gen.ts`: the script and the style of the page that `sluice explain --html` writes, as texts, because the
 * command is one file. The script is what stands in `client/`, as one.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';
import { literal } from './templates.mjs';

const folder = 'cli/explain-page';
const output = `${folder}/assets.gen.ts`;

export const name = 'page of explain';
export const reads = 'sources';

/** Files that only this generator makes. */
export function owned() {
  return existsSync(join(root, output)) ? [output] : [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const style = readFileSync(join(root, folder, 'page.css'), 'utf8');
  const text = `// Written by \`npm run generate\` from client/ and page.css; edit those.

/** client/main.ts and what it uses, as one script. */
export const PAGE_SCRIPT = ${literal(await script())};

/** page.css */
export const PAGE_STYLE = ${literal(style)};
`;
  return new Map([[output, text]]);
}

/** Rolldown is imported only now: a fresh clone has none yet. */
async function script() {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: join(root, folder, 'client/main.ts'),
    platform: 'browser',
    logLevel: 'warn',
    tsconfig: false,
  });
  const { output: chunks } = await bundle.generate({ format: 'iife', comments: false });
  await bundle.close();
  return chunks[0].code;
}
