/** The page about the import names every match and target that there is, and no other. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MATCHES } from '../../../compiler/import/iptables/matches/index.ts';
import { TARGETS } from '../../../compiler/import/iptables/targets/index.ts';

const page = readFileSync(new URL('../../../compiler/import/iptables/README.md', import.meta.url), 'utf8');

/** What the first column names, under a heading. */
function named(heading: string): string[] {
  const section = page.split(`## ${heading}`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([A-Za-z]\w*)`/g)].map(([, name = '']) => name));
}

test('every match', () => {
  expect(named('What becomes of each match').toSorted()).toEqual(MATCHES.map(({ name }) => name).toSorted());
});

test('every target', () => {
  expect(named('What becomes of each target').toSorted()).toEqual(TARGETS.map(({ name }) => name).toSorted());
});
