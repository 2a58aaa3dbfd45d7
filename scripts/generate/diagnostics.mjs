/** `docs/diagnostics.md`: what each code of a finding stands for, from the tables that the findings are made with. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, root } from '../run.mjs';
import { formatPage } from './page.mjs';

export const name = 'reference of findings';
export const reads = 'build';

const OUTPUT = 'docs/diagnostics.md';

/** The page is linked by name from elsewhere, so it is never removed. */
export function owned() {
  return [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const { COMPILER_SECTIONS, duplicateCodes, kindsOf } = await fromBuild('compiler/diagnostics/catalogue.js');
  const sections = [...COMPILER_SECTIONS, ...(await planeSections()), await commandSection()];
  const twice = duplicateCodes(kindsOf(sections));
  if (twice.length > 0) throw new Failure(`Codes that stand for more than one kind of finding: ${twice.join(', ')}`);
  return new Map([[OUTPUT, await formatPage(OUTPUT, pageText(sections, kindsOf))]]);
}

function fromBuild(path) {
  return import(pathToFileURL(join(root, 'dist', path)).href);
}

/** The own findings of each plane that the command has: `backends/<plane>/problems.ts`. */
async function planeSections() {
  const folder = join(root, 'dist/backends');
  const planes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const registered = readFileSync(join(root, 'dist/cli/planes.js'), 'utf8');
  const names = planes
    .map((entry) => entry.name)
    .filter((plane) => registered.includes(`/backends/${plane}/`))
    .toSorted();
  const sections = names.map(async (plane) => {
    const { PROBLEMS } = await fromBuild(`backends/${plane}/problems.js`);
    return { title: `The plane ${plane}`, problems: PROBLEMS };
  });
  return Promise.all(sections);
}

async function commandSection() {
  const { PROBLEMS } = await fromBuild('cli/problems.js');
  return { title: 'Commands', problems: PROBLEMS };
}

function pageText(sections, kindsOf) {
  const index = kindsOf(sections).map(({ code, severity, title }) => {
    return `| [${code}](#${anchorOf(code, title)}) | ${severity} | ${title} |`;
  });
  const chapters = sections.map((section) => {
    const entries = kindsOf([section]).map(({ code, severity, title, explanation }) => {
      return `### ${code}: ${title}\n\nSeverity: ${severity}.\n\n${explanation}\n`;
    });
    return `## ${section.title}\n\n${entries.join('\n')}`;
  });
  return [
    '<!-- Written by `npm run generate`; edit the `problems.ts` of the phase that makes the finding. -->',
    '# Findings',
    'Every finding of Sluice has a code, which is never given to another kind of finding. This page lists them all.',
    `| code | severity | |\n| --- | --- | --- |\n${index.join('\n')}`,
    ...chapters,
  ].join('\n\n');
}

/** The anchor that GitHub gives to `### CODE: title`. */
function anchorOf(code, title) {
  return `${code}: ${title}`
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
