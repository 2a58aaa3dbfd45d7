/** Conditions, and the way through a rule. */
import { mutationsOf } from '../mutation.ts';

export const conditions = [
  ...mutationsOf('backends/nftables/lower/conditions.ts', [
    {
      name: 'exclusions lose their alternatives',
      original: 'exclusions.push(...[found.matches, ...others].map((list) => list.map(matchText)));',
      replacement: 'exclusions.push(found.matches.map(matchText));',
      why: 'a lost part of a complement',
    },
    {
      name: 'what follows a negated clause is taken for known',
      original: 'protocols: atom.negated ? undefined : protocols,',
      replacement: 'protocols: protocols ?? IntervalSet.of(8, 6),',
      why: 'a lost guard: ports of any protocol are those of TCP',
    },
    {
      name: 'the family is said by any clause',
      original: 'if (rule.family !== undefined && !speaksFamily) matches.push',
      replacement: 'if (rule.family === undefined && !speaksFamily) matches.push',
      why: 'a lost guard: a rule for one family holds for both',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/rule-path.ts', [
    {
      name: 'chains of rules are gone to',
      original: "this.finish(`${this.#leaves ? 'goto' : 'jump'} ${own.name}`);",
      replacement: 'this.finish(`goto ${own.name}`);',
      why: 'goto for jump: what does not meet the rule never comes back behind it',
    },
    {
      name: 'exclusions let go on',
      original: 'for (const exclusion of exclusions) this.line(...exclusion, this.#back());',
      replacement: 'for (const exclusion of exclusions) this.line(...exclusion);',
      why: 'a lost negation',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/lookups.ts', [
    {
      name: 'guards of lookups are dropped',
      original: 'const found = findsItsRow(rule, row) ? before : [...before, row.member()];',
      replacement: 'const found = findsItsRow(rule, row) ? [] : [row.member()];',
      why: 'a lost guard',
    },
    {
      name: 'rows of all classes have the first verdict',
      original: 'new Map<Uint32Array, string>(rows.map((some, index) => [some, verdicts[index]!]))',
      replacement: 'new Map<Uint32Array, string>(rows.map((some) => [some, verdicts[0]!]))',
      why: 'a wrong verdict in a map',
    },
  ]),
];
