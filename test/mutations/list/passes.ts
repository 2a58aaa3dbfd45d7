/** Passes of the planner. */
import { mutationsOf } from '../mutation.ts';

export const passes = [
  ...mutationsOf('compiler/6-plan/passes/merge-into-sets.ts', [
    {
      name: 'rules join others whatever stands between',
      original: '|| !isFree(group)) continue;',
      replacement: ') continue;',
      why: 'a lost guard: a rule moves past one that decides otherwise',
    },
    {
      name: 'rules that differ in one field join those that differ in another',
      original: 'if (group.field === undefined || group.field === field) return group;',
      replacement: 'return group;',
      why: 'what the rules ask of the first field is forgotten',
    },
    {
      name: 'of merged rules the last set is lost',
      original: 'const sets = rules.flatMap(({ atoms }) =>',
      replacement: 'const sets = rules.slice(0, -1).flatMap(({ atoms }) =>',
      why: 'a missing element',
    },
  ]),
  ...mutationsOf('compiler/6-plan/overlaps/blockers.ts', [
    {
      name: "rules of the kind that stands lowest are in nobody's way",
      original: '(this.#kindOfLowest[node] === kind ? this.#lowestOfOthers : this.#lowest)[node]!',
      replacement: 'this.#lowestOfOthers[node]!',
      why: 'a rule moves past one that decides otherwise',
    },
    {
      name: "rules at the end stand in nobody's way",
      original: 'if (this.#places[other]! <= place ||',
      replacement: 'if (this.#places[other]! <= place + 1 ||',
      why: 'an off-by-one in a place',
    },
  ]),
  ...mutationsOf('compiler/6-plan/overlaps/sides.ts', [
    {
      name: 'boxes end where the first interval ends',
      original: 'Number(set.highAt(set.intervalCount - 1))',
      replacement: 'Number(set.highAt(0))',
      why: 'rules whose further values meet pass each other',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/translation-maps.ts', [
    {
      name: 'of equal keys the last translation stands',
      original: 'return run.flatMap(({ values, address, port }) =>',
      replacement: 'return run.toReversed().flatMap(({ values, address, port }) =>',
      why: 'a swapped order',
    },
    {
      name: 'translations with more clauses join those with fewer',
      original: 'first.rest.length === other.rest.length &&',
      replacement: '',
      why: 'a lost guard: what only the second rule asks for is forgotten',
    },
    {
      name: 'the protocol of a service is its port',
      original: '(value) => Number(value >> 16n)',
      replacement: '(value) => Number(value >> 8n) & 0xff',
      why: 'a wrong field: the upper byte of the port stands for the protocol',
    },
    {
      name: 'translations lose their port',
      original: "ports: first.port === undefined ? undefined : cell('port'),",
      replacement: 'ports: undefined,',
      why: 'the target is the address alone',
    },
  ]),
  ...mutationsOf('compiler/6-plan/passes/guard-lookups.ts', [
    {
      name: 'the guard is that of the first rows',
      original: 'const rules = lookup.classes.flatMap((one) => one.rules);',
      replacement: 'const { rules } = lookup.classes[0]!;',
      why: 'a missing element: what other rows want does not get to them',
    },
    {
      name: 'the guard is what one rule wants',
      original: 'in: IntervalSet.unionOf(sets[0]!.width, sets as IntervalSet[]) };',
      replacement: 'in: sets[0]! };',
      why: 'missing elements: what only other rules want does not get to them',
    },
  ]),
];
