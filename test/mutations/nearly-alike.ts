/** Short lists of rules out of a handful of values: many could be one, or change places, and nearly as many must not. */
import fastCheck from 'fast-check';
import type { Atom, Decision, ProgramRule } from '../../compiler/4-program/program.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { origin, ZONES } from '../arbitraries/program.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';

const value = fastCheck.nat(2);

const address = (field: 'source' | 'destination') =>
  value.map((at): Atom => ({
    negated: false,
    test: { kind: 'address', field, view: 'real', family: 4, in: IntervalSet.range(32, at, at + 1) },
  }));

const service = value.map((port): Atom => ({
  negated: false,
  test: { kind: 'number', field: 'service', in: IntervalSet.of(24, 6 * 65_536 + port) },
}));

const protocol = fastCheck.constantFrom(6, 17).map((number): Atom => ({
  negated: false,
  test: { kind: 'number', field: 'protocol', in: IntervalSet.of(8, number) },
}));

const way = fastCheck
  .tuple(fastCheck.constantFrom('in' as const, 'out' as const), fastCheck.nat(ZONES.length - 1))
  .map(([field, zone]): Atom => ({ negated: false, test: { kind: 'zone', field, zones: [ZONES[zone]!] } }));

const DECISIONS: readonly Decision[] = [
  { kind: 'verdict', verdict: { kind: 'allow' } },
  { kind: 'verdict', verdict: { kind: 'drop' } },
  { kind: 'verdict', verdict: { kind: 'reject', reason: 'tcp-reset' } },
  { kind: 'verdict', verdict: { kind: 'reject', reason: 'port-unreachable' } },
];

const rule = fastCheck
  .tuple(
    fastCheck.oneof(
      fastCheck.tuple(address('source')),
      fastCheck.tuple(address('destination')),
      fastCheck.tuple(address('source'), service),
      fastCheck.tuple(service),
      fastCheck.tuple(protocol),
      fastCheck.tuple(way),
    ),
    fastCheck.constantFrom(0, 0, 0, 1, 1, 1, 2, 3),
    fastCheck.constantFrom('none', 'none', 'none', 'besides', 'only'),
  )
  .map(([atoms, decision, counts]): ProgramRule => ({
    kind: 'rule',
    origin,
    family: 4,
    eachPacket: false,
    atoms,
    gates: [],
    effects:
      counts === 'none'
        ? []
        : [{ effect: { kind: 'count', counter: { kind: 'named', name: 'c' } }, when: [[]], gates: [] }],
    decision: counts === 'only' ? undefined : DECISIONS[decision],
  }));

export const nearlyAlike: fastCheck.Arbitrary<ProgramRule[]> = fastCheck.array(rule, { minLength: 3, maxLength: 8 });

/** Packets of the same handful of values. */
export const packetsNearby: fastCheck.Arbitrary<AbstractPacket[]> = fastCheck.array(
  fastCheck
    .tuple(fastCheck.nat(4), fastCheck.nat(4), fastCheck.constantFrom(6, 17), fastCheck.nat(3), fastCheck.nat(8))
    .map(([source, destination, number, port, ways]): AbstractPacket => ({
      family: 4,
      source: BigInt(source),
      destination: BigInt(destination),
      in: ZONES[ways % 3]!.members[0]!.interface,
      out: ZONES[Math.floor(ways / 3)]!.members[0]!.interface,
      numbers: { protocol: number, 'destination port': port },
    })),
  { minLength: 40, maxLength: 40 },
);
