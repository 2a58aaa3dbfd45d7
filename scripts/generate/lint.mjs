/** `docs/lint.md`: every lint rule, group by group, with its examples. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../run.mjs';
import { formatPage } from './page.mjs';

export const name = 'reference of lint rules';
export const reads = 'build';

const OUTPUT = 'docs/lint.md';

const TITLES = {
  reach: 'Reach: rules that change nothing, or not what they say',
  safety: 'Safety: what is open that should not be',
  cost: 'Cost: what packets pay for',
  planes: 'Planes: what a rule keeps others from',
  hosts: 'Hosts: what surrounds the policy',
  upkeep: 'Upkeep: suppressions',
};

/** The page is linked by name from elsewhere, so it is never removed. */
export function owned() {
  return [];
}

/** @returns {Promise<Map<string, string>>} path → text */
export async function generate() {
  const from = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
  const [{ LINT_RULES }, { GROUPS }] = await Promise.all([
    from('compiler/lint/index.js'),
    from('compiler/lint/rule.js'),
  ]);
  const index = LINT_RULES.map(({ code, name: rule, severity, title }) => {
    return `| [${rule}](#${rule}) | ${code} | ${severity} | ${title} |`;
  });
  const chapters = GROUPS.map((group) => {
    const rules = LINT_RULES.filter((rule) => rule.group === group);
    return [`## ${TITLES[group]}`, ...rules.map(chapterOf)].join('\n\n');
  });
  const page = [
    '<!-- Written by `npm run generate`; edit the rules in `compiler/lint/`. -->',
    '# Lint rules',
    'What `sluice lint` looks for, beyond errors. Each example here is run by a test: of the first, the rule says what stands behind it, of the second nothing.',
    'A comment keeps a finding back, with a reason and a last day:',
    '```sluice\n# sluice: ignore unreachable until 2027-01-01 "the import of the old rules is being sorted out"\n```',
    'Alone on a line it is for the statement, block or rule that follows, with all that stands in it; behind something, for what begins in its line. Several rules are separated by commas, and `*` stands for all. One that is over, or keeps nothing back, is a finding itself.',
    `| rule | code | level | |\n| --- | --- | --- | --- |\n${index.join('\n')}`,
    ...chapters,
  ].join('\n\n');
  return new Map([[OUTPUT, await formatPage(OUTPUT, page)]]);
}

function chapterOf({ code, name: rule, severity, finds, matters, remedy, bad, good }) {
  return [
    `### ${rule}`,
    `${code}, ${severity}.`,
    `**What it finds.** ${finds}`,
    `**Why it matters.** ${matters}`,
    `**What to do.** ${remedy}`,
    '```sluice',
    `${bad.trim()}\n\`\`\``,
    'Better:',
    '```sluice',
    `${good.trim()}\n\`\`\``,
  ]
    .join('\n\n')
    .replaceAll('```sluice\n\n', '```sluice\n');
}
