/** Passes of the planner. */
import { mutationsOf } from '../mutation.ts';

export const passes = [
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
