/** Clauses, one arbitrary for each kind. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Clause, ClauseKind, KeyPart, RateClause, TableBounds, TcpFlagsTest } from '../../../grammar/ast/index.ts';
import { FLOW_STATES, TCP_FLAGS, WEEKDAYS } from '../../../grammar/words.ts';
import { many, maybe, name, node, text } from './nodes.ts';
import { clauseService, date, decimal, expression, icmp, integer, maskable, scalar, value } from './values.ts';

const { boolean, constant, constantFrom, integer: int, oneof, record, tuple } = fastCheck;

const keyPart: Arbitrary<KeyPart> = oneof(
  tuple(
    constantFrom<KeyPart['field']>('source', 'destination', 'source port', 'destination port'),
    fastCheck.option(int({ min: 0, max: 32 }), { nil: undefined }),
    fastCheck.option(int({ min: 0, max: 128 }), { nil: undefined }),
  ).map(([field, prefix4, prefix6]) =>
    node({
      kind: 'key-part' as const,
      field,
      ...(prefix4 !== undefined && { prefix4 }),
      ...(prefix4 !== undefined && prefix6 !== undefined && { prefix6 }),
    }),
  ),
  constantFrom<KeyPart['field']>('protocol', 'flow', 'in', 'mac').map((field) =>
    node({ kind: 'key-part' as const, field }),
  ),
);

export const bounds: Arbitrary<TableBounds> = tuple(
  maybe('keys', decimal),
  maybe('whenFull', constantFrom<'match' | 'miss'>('match', 'miss')),
  boolean(),
).map(([keys, whenFull, approximate]) => ({ ...keys, ...whenFull, approximate }));

const sense = constantFrom<'over' | 'up to'>('over', 'up to');

const flags = fastCheck.subarray([...TCP_FLAGS]);

export const flagsTest: Arbitrary<TcpFlagsTest> = tuple(flags, maybe('mask', flags)).map(([set, mask]) =>
  node({ kind: 'tcp-flags-test', set, ...mask }),
);

const minute = int({ min: 0, max: 1440 });

type OfKind<Kind> = Extract<Clause, { readonly kind: Kind }>;

/** A limit of this sense. */
export function rateOf(senses: Arbitrary<RateClause['sense']>): Arbitrary<RateClause> {
  return tuple(senses, scalar, many(keyPart, 0), maybe('burst', scalar), maybe('bucket', name), bounds).map(
    ([of, rate, per, burst, bucket, limits]) =>
      node({ kind: 'rate', sense: of, rate, per, ...burst, ...bucket, bounds: limits }),
  );
}

/** The type checker lists what is missing. */
const CLAUSES: { readonly [Kind in Exclude<ClauseKind, 'not'>]: Arbitrary<OfKind<Kind>> } = {
  zone: tuple(constantFrom<'in' | 'out'>('in', 'out'), many(name)).map(([direction, zones]) =>
    node({ kind: 'zone', direction, zones }),
  ),
  address: tuple(
    constantFrom<'from' | 'to' | 'host'>('from', 'to', 'host'),
    constantFrom<'default' | 'original' | 'on wire'>('default', 'original', 'on wire'),
    value,
    maybe('ports', value),
  ).map(([side, view, addresses, ports]) => node({ kind: 'address', side, view, addresses, ...ports })),
  service: many(clauseService)
    .filter((services) => services.length > 1 || services[0]?.kind !== 'icmp')
    .map((services) => node({ kind: 'service', services })),
  icmp: icmp.map((of) => node({ kind: 'icmp', icmp: of })),
  dscp: value.map((values) => node({ kind: 'dscp', values })),
  mark: many(
    tuple(maskable, maybe('mask', integer)).map(([of, mask]) =>
      node({ kind: 'mark-value' as const, value: of, ...mask }),
    ),
  ).map((values) => node({ kind: 'mark', values })),
  'tcp-flags': many(flagsTest).map((alternatives) => node({ kind: 'tcp-flags', alternatives })),
  field: tuple(constantFrom<'length' | 'ttl' | 'vlan' | 'mac'>('length', 'ttl', 'vlan', 'mac'), value).map(
    ([field, values]) => node({ kind: 'field', field, values }),
  ),
  fragment: constantFrom<'any' | 'first' | 'later'>('any', 'first', 'later').map((which) =>
    node({ kind: 'fragment', which }),
  ),
  family: constantFrom<4 | 6>(4, 6).map((family) => node({ kind: 'family', family })),
  state: many(constantFrom(...FLOW_STATES)).map((states) => node({ kind: 'state', states })),
  rate: rateOf(sense),
  connections: tuple(sense, scalar, many(keyPart, 0), bounds).map(([of, count, per, limits]) =>
    node({ kind: 'connections', sense: of, count, per, bounds: limits }),
  ),
  sample: tuple(decimal, decimal).map(([one, of]) => node({ kind: 'sample', one, of })),
  until: date.map((day) => node({ kind: 'until', date: day })),
  during: record({
    kind: constant<'during'>('during'),
    fromMinute: minute,
    toMinute: minute,
    days: oneof(fastCheck.subarray([...WEEKDAYS]), many(constantFrom(...WEEKDAYS), 1, 9)),
    offsetMinutes: oneof(constant(0), int({ min: -840, max: 840 })),
  }).map((clause) => node(clause)),
  where: expression.map((of) => node({ kind: 'where', expression: of })),
  opaque: tuple(name, text).map(([plane, of]) => node({ kind: 'opaque', plane, text: of })),
};

const plainClause: Arbitrary<Clause> = oneof<Arbitrary<Clause>[]>(...Object.values(CLAUSES));

const clause: Arbitrary<Clause> = oneof(
  { weight: 6, arbitrary: plainClause },
  { weight: 1, arbitrary: plainClause.map((of): Clause => node({ kind: 'not', clause: of })) },
  {
    weight: 1,
    arbitrary: plainClause.map((of): Clause => node({ kind: 'not', clause: node({ kind: 'not', clause: of }) })),
  },
);

export const clauses: Arbitrary<Clause[]> = many(clause, 0, 4);
