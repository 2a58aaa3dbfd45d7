/**
 * `backends/<plane>/templates/*.hbs` as text constants in `backends/<plane>/templates.gen.ts`, because a back end reads no
 * files. `templates/add-table.hbs` becomes `export const addTable`.
 */

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesBelow } from '../files.mjs';
import { Failure, root } from '../run.mjs';

export const name = 'templates';
export const reads = 'sources';

/** Files that only this generator makes. */
export function owned() {
  return filesBelow('backends', ['templates.gen.ts']);
}

/** @returns {Map<string, string>} path → text */
export function generate() {
  const byPlane = new Map();
  for (const path of filesBelow('backends', ['.hbs'])) {
    const folder = dirname(path);
    if (basename(folder) !== 'templates') throw new Failure(`${path}: templates stand in backends/<plane>/templates/.`);
    const output = `${dirname(folder)}/templates.gen.ts`;
    byPlane.set(output, [...(byPlane.get(output) ?? []), path]);
  }
  return new Map([...byPlane].map(([output, paths]) => [output, moduleText(paths)]));
}

function moduleText(paths) {
  const constants = paths.map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return `\n/** templates/${basename(path)} */\nexport const ${constantName(path)} = ${literal(text)};\n`;
  });
  return `// Written by \`npm run generate\` from templates/*.hbs; edit those.\n${constants.join('')}`;
}

function constantName(path) {
  const base = basename(path, '.hbs');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(base)) throw new Failure(`${path}: a template's name is in kebab-case.`);
  return base.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** A text as a literal, a line of it to a line of the module, so that a change shows as what it is. */
export function literal(text) {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r');
  return `\`${escaped}\``;
}
