/** `docs/commands.md` from the commands' own definitions. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readIfPresent } from '../files.mjs';
import { root } from '../run.mjs';
import { formatPage } from './page.mjs';

export const name = 'reference of commands';
export const reads = 'build';

const page = 'docs/commands.md';

/** Variables of the environment that the program reads. */
const environment = [
  ['`NO_COLOR`', 'set to anything: no colours, on a terminal too ([no-color.org](https://no-color.org))'],
  ['`SOURCE_DATE_EPOCH`', 'seconds since 1970: the day that stands for today unless `--date` gives one'],
  ['`SLUICE_DEBUG`', 'set to anything: at a fault in Sluice itself, say where it happened, as `--debug` does'],
];

/** Files that only this generator makes: the one page, which is always made. */
export function owned() {
  return [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const { usageOf } = await fromBuild('cli/command.js');
  const { COMMANDS } = await fromBuild('cli/commands/index.js');
  const { EXIT_MEANINGS } = await fromBuild('cli/exit-code.js');
  const sections = [
    '<!-- Written by `npm run generate` from cli/commands/; edit those. -->',
    '# Commands',
    `${JSON.parse(readIfPresent('package.json')).description}.`,
    COMMANDS.map((command) => `- [\`sluice ${command.name}\`](#sluice-${command.name}): ${command.summary}`).join('\n'),
    'Every command has `--help`, and `sluice --version` prints the version.',
    ...COMMANDS.map((command) => commandSection(command, usageOf(command))),
    '## Exit codes',
    table([['code', 'meaning'], ...EXIT_MEANINGS.map(([value, meaning]) => [String(value), meaning])]),
    '## Environment',
    table([['variable', 'meaning'], ...environment]),
  ];
  return new Map([[page, await formatPage(page, sections.join('\n\n'))]]);
}

function fromBuild(path) {
  return import(pathToFileURL(join(root, 'dist', path)).href);
}

function commandSection(command, usage) {
  return [
    `## sluice ${command.name}`,
    fenced(`sluice ${command.name} ${usage}`),
    ...command.description,
    table([
      ['argument or option', 'meaning'],
      ...command.arguments.map((argument) => [code(argument.name()), argument.description]),
      ...command.options.map((option) => [code(option.flags), optionText(option)]),
    ]),
    fenced(command.examples.map((example) => `# ${example.does}\n${example.command}`).join('\n\n')),
  ].join('\n\n');
}

function optionText({ description, argChoices, defaultValue, mandatory }) {
  const notes = [
    ...(argChoices ? [argChoices.map(code).join(', ')] : []),
    ...(defaultValue === undefined ? [] : [`${code(defaultValue)} unless given`]),
    ...(mandatory ? ['required'] : []),
  ];
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}

function code(text) {
  return `\`${text}\``;
}

function fenced(text) {
  return `\`\`\`sh\n${text}\n\`\`\``;
}

/** Rows, the first of them the head; prettier makes the columns even. */
function table(rows) {
  const [head, ...body] = rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return [head, `|${' --- |'.repeat(rows[0].length)}`, ...body].join('\n');
}
