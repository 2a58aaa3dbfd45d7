/** Short lists of rules out of a handful of values, that overlap in several fields: many are needless, alone or together. */
import fastCheck from 'fast-check';
import type { Atom, ProgramRule } from '../../compiler/4-program/program.ts';
import { simplify } from '../../compiler/4-program/atoms.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { origin, ZONES } from './program.ts';

const values = (most: number) =>
  fastCheck.tuple(fastCheck.nat(most), fastCheck.nat(most)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const address = fastCheck
  .tuple(fastCheck.constantFrom('source' as const, 'destination' as const), values(2))
  .map(([field, [low, high]]): Atom['test'] => ({
    kind: 'address',
    field,
    view: 'real',
    family: 4,
    in: IntervalSet.range(32, low, high),
  }));

const transport = fastCheck.oneof(
  fastCheck.tuple(fastCheck.constantFrom(6, 17), values(2)).map(([protocol, [low, high]]): Atom['test'] => ({
    kind: 'number',
    field: 'service',
    in: IntervalSet.range(24, protocol * 65_536 + low, protocol * 65_536 + high),
  })),
  fastCheck.constantFrom(1, 6, 17).map((protocol): Atom['test'] => ({
    kind: 'number',
    field: 'protocol',
    in: IntervalSet.of(8, protocol),
  })),
  values(2).map(([low, high]): Atom['test'] => ({
    kind: 'number',
    field: 'destination port',
    in: IntervalSet.range(16, low, high),
  })),
);

const zone = fastCheck
  .tuple(fastCheck.constantFrom('in' as const, 'out' as const), fastCheck.subarray([...ZONES], { minLength: 1 }))
  .map(([field, zones]): Atom['test'] => ({ kind: 'zone', field, zones }));

const rule = fastCheck
  .tuple(
    fastCheck.array(
      fastCheck.tuple(fastCheck.oneof({ arbitrary: address, weight: 3 }, transport, zone), fastCheck.nat(4)),
      { maxLength: 3 },
    ),
    fastCheck.constantFrom('allow', 'allow', 'drop', 'drop', 'count', 'count and drop'),
  )
  .map(([tests, does]): ProgramRule | undefined => {
    const atoms = simplify(tests.map(([test, negated]) => ({ test, negated: negated === 0 })));
    return (
      atoms && {
        kind: 'rule',
        origin,
        family: 4,
        eachPacket: false,
        atoms,
        gates: [],
        effects: does.startsWith('count')
          ? [{ effect: { kind: 'count', counter: { kind: 'named', name: 'c' } }, when: [[]], gates: [] }]
          : [],
        decision:
          does === 'count' ? undefined : { kind: 'verdict', verdict: { kind: does === 'allow' ? 'allow' : 'drop' } },
      }
    );
  });

export const overlapping: fastCheck.Arbitrary<ProgramRule[]> = fastCheck
  .array(rule, { minLength: 3, maxLength: 9 })
  .map((list) => list.filter((one) => one !== undefined));
