/**
 * The generators: programs that write files of the project from other files of it. What they write is committed, and
 * `npm test` fails when it is not current.
 *
 * A generator is a module in this folder, and a line in `generators`. It exports
 * - `name`: what it makes, for people;
 * - `reads`: `'sources'` when it needs only files of the checkout; `'build'` when `generate` imports from `dist/`, which it
 *   must do with `await import(...)`, because this list is read before anything is built;
 * - `generate()`: a `Map` of path to text, or a promise of one. It writes nothing itself;
 * - `owned()`: the files there that only it makes; one that it no longer makes is removed.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent, write } from '../files.mjs';
import { root } from '../run.mjs';
import * as commands from './commands.mjs';
import * as diagnostics from './diagnostics.mjs';
import * as fixed from './fixed.mjs';
import * as legality from './legality.mjs';
import * as lint from './lint.mjs';
import * as pageAssets from './page-assets.mjs';
import * as passes from './passes.mjs';
import * as templates from './templates.mjs';

export const generators = [templates, fixed, pageAssets, commands, diagnostics, legality, lint, passes];

/** Paths that the generator would write or remove. */
export async function outdated(generator) {
  return [...(await changes(generator)).keys()];
}

/** Writes and removes what is not current; returns those paths. */
export async function writeGenerated(generator) {
  const changed = await changes(generator);
  for (const [path, text] of changed) {
    if (text === undefined) rmSync(join(root, path));
    else write(path, text);
  }
  return [...changed.keys()];
}

/** Path → its new text, or undefined when it has to go. */
async function changes(generator) {
  const made = await generator.generate();
  const changed = new Map([...made].filter(([path, text]) => readIfPresent(path) !== text));
  for (const path of generator.owned()) {
    if (!made.has(path)) changed.set(path, undefined);
  }
  return changed;
}
