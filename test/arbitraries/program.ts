/** Random conditions, rules and packets over a small world, where edges are hit often. */
import fastCheck from 'fast-check';
import type { Condition, Origin, Table, Zone } from '../../compiler/model/index.ts';
import type {
  Atom,
  Decision,
  Family,
  ProgramEach,
  ProgramItem,
  ProgramRule,
} from '../../compiler/4-program/program.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';

const source = { path: 'random.sluice', text: 'random' };
const span = { source, start: 0, end: 6 };
const documented = { documentation: [], owner: undefined, ticket: undefined, via: [] };
export const origin: Origin = { span, name: 'filter forward/random', text: 'random', ...documented };

export const ZONES: readonly Zone[] = ['uplink', 'lan', 'dmz'].map((name) => ({
  name,
  members: [{ interface: `${name}0`, vlans: undefined, ports: undefined, span }],
  span,
}));

/** Sixteen addresses of each family: the last four bits. */
const ADDRESSES = 16;
const PROTOCOLS = [1, 6, 17, 47, 58];

const intervals = (width: number, highest: number): fastCheck.Arbitrary<IntervalSet> =>
  fastCheck
    .array(fastCheck.tuple(fastCheck.nat(highest), fastCheck.nat(3)), { minLength: 1, maxLength: 3 })
    .map((pairs) =>
      IntervalSet.fromIntervals(
        width,
        pairs.map(([low, more]) => [BigInt(low), BigInt(Math.min(highest, low + more))] as [bigint, bigint]),
      ),
    );

const services = fastCheck
  .array(fastCheck.tuple(fastCheck.constantFrom(6, 17), fastCheck.nat(7), fastCheck.nat(2)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((list) =>
    IntervalSet.fromIntervals(
      24,
      list.map(([protocol, port, more]) => [protocol * 65536 + port, protocol * 65536 + port + more]),
    ),
  );

const field = fastCheck.constantFrom('source' as const, 'destination' as const);

const test: fastCheck.Arbitrary<Condition> = fastCheck.oneof(
  fastCheck
    .tuple(field, fastCheck.option(intervals(32, ADDRESSES - 1)), fastCheck.option(intervals(128, ADDRESSES - 1)))
    .map(([side, v4, v6]): Condition => ({
      kind: 'address',
      field: side,
      view: 'real',
      in: AddressSet.of(v4 ?? IntervalSet.empty(32), v6 ?? IntervalSet.empty(128)),
    })),
  services.map((set): Condition => ({ kind: 'number', field: 'service', in: set })),
  fastCheck.subarray(PROTOCOLS, { minLength: 1 }).map((list): Condition => ({
    kind: 'number',
    field: 'protocol',
    in: IntervalSet.fromIntervals(
      8,
      list.map((protocol) => [protocol, protocol]),
    ),
  })),
  intervals(16, 9).map((set): Condition => ({ kind: 'number', field: 'destination port', in: set })),
  fastCheck
    .tuple(fastCheck.nat(63), fastCheck.nat(63))
    .map(([value, mask]): Condition => ({ kind: 'masked', field: 'tcp flags', value: value & mask, mask })),
  fastCheck
    .tuple(fastCheck.constantFrom('in' as const, 'out' as const), fastCheck.subarray([...ZONES], { minLength: 1 }))
    .map(([side, zones]): Condition => ({ kind: 'zone', field: side, zones })),
);

export const condition: fastCheck.Arbitrary<Condition> = fastCheck.letrec<{ tree: Condition }>((tie) => ({
  tree: fastCheck.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    fastCheck
      .tuple(fastCheck.constantFrom('all' as const, 'any' as const), fastCheck.array(tie('tree'), { maxLength: 3 }))
      .map(([kind, of]): Condition => ({ kind, of })),
    tie('tree').map((of): Condition => ({ kind: 'not', of })),
  ),
})).tree;

export const packet: fastCheck.Arbitrary<AbstractPacket> = fastCheck
  .record({
    family: fastCheck.constantFrom(4 as const, 6 as const),
    source: fastCheck.nat(ADDRESSES - 1).map(BigInt),
    destination: fastCheck.nat(ADDRESSES - 1).map(BigInt),
    in: fastCheck.constantFrom('uplink0', 'lan0', 'dmz0', 'stray0', undefined),
    out: fastCheck.constantFrom('uplink0', 'lan0', 'dmz0', 'stray0', undefined),
    protocol: fastCheck.constantFrom(...PROTOCOLS),
    port: fastCheck.nat(10),
    flags: fastCheck.nat(63),
    cut: fastCheck.boolean(),
  })
  .map(({ protocol, port, flags, cut, ...rest }) => {
    const hasPorts = (protocol === 6 || protocol === 17) && !cut;
    return {
      ...rest,
      numbers: {
        protocol,
        ...(hasPorts ? { 'destination port': port } : {}),
        ...(protocol === 6 && !cut ? { 'tcp flags': flags } : {}),
      },
    };
  });

const DECISIONS: readonly (Decision | undefined)[] = [
  { kind: 'verdict', verdict: { kind: 'allow' } },
  { kind: 'verdict', verdict: { kind: 'drop' } },
  { kind: 'verdict', verdict: { kind: 'reject', reason: undefined } },
  { kind: 'class', class: 0x1_002f },
];

/** Rules of one family with plain atoms: what a long list looks like behind the Program. */
export function rules(most: number): fastCheck.Arbitrary<ProgramRule[]> {
  const atomsOf = (family: Family): fastCheck.Arbitrary<Atom[]> =>
    fastCheck
      .tuple(
        fastCheck.option(intervals(family === 4 ? 32 : 128, ADDRESSES - 1), { freq: 4 }),
        fastCheck.option(services),
        fastCheck.boolean(),
      )
      .map(([addresses, ports, source_]) => [
        ...(addresses
          ? [
              {
                negated: false,
                test: {
                  kind: 'address' as const,
                  field: source_ ? ('source' as const) : ('destination' as const),
                  view: 'real' as const,
                  family,
                  in: addresses,
                },
              },
            ]
          : []),
        ...(ports ? [{ negated: false, test: { kind: 'number' as const, field: 'service' as const, in: ports } }] : []),
      ]);
  const rule = fastCheck
    .constantFrom(4 as const, 6 as const)
    .chain((family) => fastCheck.tuple(fastCheck.constant(family), atomsOf(family), fastCheck.nat(5)))
    .map(([family, atoms, kind]): ProgramRule => ({
      kind: 'rule',
      origin,
      family,
      eachPacket: false,
      atoms,
      gates: [],
      effects:
        kind > 3
          ? [{ effect: { kind: 'count', counter: { kind: 'named', name: `c${kind}` } }, when: [[]], gates: [] }]
          : [],
      decision: kind > 3 ? undefined : (DECISIONS[kind % DECISIONS.length] as Decision),
    }));
  return fastCheck.array(rule, { maxLength: most });
}

/** Long lists of one family whose rules all test one field, as hand-written lists do. */
export const longList: fastCheck.Arbitrary<ProgramRule[]> = fastCheck
  .tuple(
    field,
    fastCheck.array(fastCheck.tuple(intervals(32, ADDRESSES - 1), fastCheck.option(services), fastCheck.nat(4)), {
      minLength: 20,
      maxLength: 60,
    }),
  )
  .map(([side, list]) =>
    list.map(([addresses, ports, kind]) => ({
      kind: 'rule',
      origin,
      family: 4,
      eachPacket: false,
      atoms: [
        ...(ports ? [{ negated: false, test: { kind: 'number' as const, field: 'service' as const, in: ports } }] : []),
        { negated: false, test: { kind: 'address', field: side, view: 'real', family: 4, in: addresses } },
      ],
      gates: [],
      effects:
        kind === 4 ? [{ effect: { kind: 'count', counter: { kind: 'named', name: 'c' } }, when: [[]], gates: [] }] : [],
      decision: kind === 4 ? undefined : DECISIONS[kind % DECISIONS.length],
    })),
  );

/**
 * Long lists of one family as filters by classes of packets have them: some rules name few sources, some few destinations,
 * some half of all addresses, or a protocol, or ports; and all of them nothing but decide.
 */
export const crossedList: fastCheck.Arbitrary<ProgramRule[]> = fastCheck.array(
  fastCheck
    .record({
      source: fastCheck.option(intervals(32, ADDRESSES - 1), { freq: 2 }),
      destination: fastCheck.option(intervals(32, ADDRESSES - 1), { freq: 2 }),
      half: fastCheck.option(field, { freq: 1 }),
      ports: fastCheck.option(services, { freq: 2 }),
      protocols: fastCheck.option(fastCheck.constantFrom(...PROTOCOLS), { freq: 1 }),
      kind: fastCheck.nat(DECISIONS.length - 1),
      isForBoth: fastCheck.boolean(),
    })
    .map(({ source: from, destination: to, half, ports, protocols, kind, isForBoth }): ProgramRule => {
      const address = (side: 'source' | 'destination', narrow: IntervalSet | null): Atom[] => {
        const set = half === side ? IntervalSet.range(32, 0, 2 ** 31 - 1) : narrow;
        return set
          ? [{ negated: false, test: { kind: 'address', field: side, view: 'real', family: 4, in: set } }]
          : [];
      };
      const number = (name: 'service' | 'protocol', set: IntervalSet | undefined): Atom[] =>
        set ? [{ negated: false, test: { kind: 'number', field: name, in: set } }] : [];
      const addresses = [...address('source', from), ...address('destination', to)];
      return {
        kind: 'rule',
        origin,
        family: isForBoth && addresses.length === 0 ? undefined : 4,
        eachPacket: false,
        atoms: [
          ...addresses,
          ...number('service', ports ?? undefined),
          ...number('protocol', ports || protocols === null ? undefined : IntervalSet.of(8, protocols)),
        ],
        gates: [],
        effects: [],
        decision: DECISIONS[kind]!,
      };
    }),
  { minLength: 64, maxLength: 100 },
);

/**
 * Long lists of one family whose rules ask for the same fields, mostly with few values each, so that one lookup of all fields
 * may carry them out; and some that stand in its way.
 */
export const alikeList: fastCheck.Arbitrary<ProgramRule[]> = fastCheck
  .tuple(fastCheck.boolean(), fastCheck.boolean(), fastCheck.constantFrom(4 as const, 6 as const))
  .chain(([isWide, isOfPorts, family]) => {
    const width = family === 4 ? 32 : 128;
    const few = fastCheck
      .tuple(fastCheck.nat(ADDRESSES - 1), fastCheck.nat(isWide ? 3 : 0))
      .map(([low, more]) => IntervalSet.range(width, BigInt(low), BigInt(Math.min(ADDRESSES - 1, low + more))));
    const oneService = fastCheck
      .tuple(fastCheck.constantFrom(6, 17), fastCheck.nat(3), fastCheck.nat(isWide ? 2 : 0))
      .map(([protocol, port, more]) => IntervalSet.range(24, protocol * 65536 + port, protocol * 65536 + port + more));
    const address = (side: 'source' | 'destination', set: IntervalSet): Atom => ({
      negated: false,
      test: { kind: 'address', field: side, view: 'real', family, in: set },
    });
    const rule = fastCheck
      .tuple(
        few,
        few,
        oneService,
        fastCheck.nat(DECISIONS.length - 1),
        // Some ask for less.
        fastCheck.constantFrom('all', 'all', 'all', 'all', 'all', 'source', 'service'),
      )
      .map(([from, to, ports, decision, asked]): ProgramRule => ({
        kind: 'rule',
        origin,
        family,
        eachPacket: false,
        atoms: [
          ...(asked === 'service' ? [] : [address('source', from)]),
          ...(asked === 'all' ? [address('destination', to)] : []),
          ...(asked === 'service' || (asked === 'all' && isOfPorts)
            ? [{ negated: false, test: { kind: 'number' as const, field: 'service' as const, in: ports } }]
            : []),
        ],
        gates: [],
        effects: [],
        decision: DECISIONS[decision]!,
      }));
    return fastCheck.array(rule, { minLength: 16, maxLength: 60 });
  });

/** Port forwardings and the like: constant keys, constant targets. */
export const translations: fastCheck.Arbitrary<ProgramRule[]> = fastCheck.array(
  fastCheck
    .tuple(
      fastCheck.nat(3),
      fastCheck.option(services, { freq: 8 }),
      fastCheck.nat(3),
      fastCheck.constantFrom(1, 1, 1, 2),
    )
    .map(([address, ports, target, port]): ProgramRule => ({
      kind: 'rule',
      origin,
      family: 4,
      eachPacket: false,
      atoms: [
        {
          negated: false,
          test: { kind: 'address', field: 'destination', view: 'real', family: 4, in: IntervalSet.of(32, address) },
        },
        ...(ports ? [{ negated: false, test: { kind: 'number' as const, field: 'service' as const, in: ports } }] : []),
      ],
      gates: [],
      effects: [],
      decision: {
        kind: 'translation',
        translation: {
          kind: 'dnat',
          target: {
            v4: { kind: 'range', low: BigInt(target), high: BigInt(target) },
            v6: undefined,
            ports: { kind: 'range', low: 80, high: 79 + port },
          },
          random: false,
          persistent: false,
          hairpin: false,
        },
      },
    })),
  { maxLength: 12 },
);

/** A table of disjoint rows, with a key by address and another that may repeat. */
const table: fastCheck.Arbitrary<Table> = fastCheck
  .tuple(
    fastCheck.uniqueArray(fastCheck.nat(ADDRESSES / 2 - 1), { minLength: 1, maxLength: 6 }),
    fastCheck.array(fastCheck.nat(2), { minLength: 6, maxLength: 6 }),
    fastCheck.constantFrom(31, 32),
  )
  .map(([hosts, kinds, length]) => ({
    name: 'hosts',
    rowCount: hosts.length,
    columns: [
      {
        name: 'address',
        type: { kind: 'prefix' as const, family: 4 as const },
        volatile: false,
        data: {
          store: 'prefix4' as const,
          addresses: Uint32Array.from(hosts, (host) => host * 2),
          lengths: new Uint8Array(hosts.length).fill(length),
        },
        span,
      },
      {
        name: 'kind',
        type: { kind: 'enum' as const, members: ['pc', 'phone', 'tv'] },
        volatile: false,
        data: { store: 'integer' as const, values: Uint32Array.from(hosts, (_, index) => kinds[index]!) },
        span,
      },
    ],
    keys: [['address']],
    path: undefined,
    lines: new Uint32Array(hosts.length),
    span,
  }));

/** Rules and `each`s over one keyed table, in any order. */
export const items: fastCheck.Arbitrary<ProgramItem[]> = table.chain((hosts) => {
  const each = fastCheck
    .tuple(
      fastCheck.option(fastCheck.nat(2)),
      field,
      fastCheck.array(fastCheck.tuple(fastCheck.option(services), fastCheck.nat(3)), { minLength: 1, maxLength: 3 }),
    )
    .map(([kind, side, body]): ProgramEach => {
      const row = { name: 'h', table: hosts };
      const values = (hosts.columns[1]!.data as { values: Uint32Array }).values;
      return {
        kind: 'each',
        origin,
        row,
        rows: kind === null ? undefined : Uint32Array.from(values.keys()).filter((at) => values[at] === kind),
        items: body.map(([ports, action]) => ({
          kind: 'rule',
          origin,
          family: 4,
          eachPacket: false,
          atoms: [
            {
              negated: false,
              test: {
                kind: 'address',
                field: side,
                view: 'real',
                family: 4,
                in: { kind: 'cell', row, column: 'address' },
              },
            },
            ...(ports
              ? [{ negated: false, test: { kind: 'number' as const, field: 'service' as const, in: ports } }]
              : []),
          ],
          gates: [],
          effects:
            action === 3
              ? [{ effect: { kind: 'count', counter: { kind: 'named', name: 'rows' } }, when: [[]], gates: [] }]
              : [],
          decision: action === 3 ? undefined : DECISIONS[action],
        })),
      };
    });
  return fastCheck.array(
    fastCheck.oneof(
      each,
      rules(1)
        .filter((list) => list.length === 1)
        .map((list) => list[0]!),
    ),
    { maxLength: 8 },
  );
});

/** A table of services of hosts, of which at most one row is for a packet. */
const servicesOfHosts: fastCheck.Arbitrary<Table> = fastCheck
  .uniqueArray(fastCheck.tuple(fastCheck.nat(ADDRESSES - 1), fastCheck.constantFrom(6, 17), fastCheck.nat(1)), {
    minLength: 16,
    maxLength: 32,
    selector: String,
  })
  .map((rows) => {
    const integers = (name: string, kind: 'protocol' | 'port', at: 1 | 2) => ({
      name,
      type: { kind },
      volatile: false,
      data: { store: 'integer' as const, values: Uint32Array.from(rows, (row) => row[at]) },
      span,
    });
    return {
      name: 'open',
      rowCount: rows.length,
      columns: [
        {
          name: 'address',
          type: { kind: 'address' as const, family: 4 as const },
          volatile: false,
          data: {
            store: 'prefix4' as const,
            addresses: Uint32Array.from(rows, ([address]) => address),
            lengths: new Uint8Array(rows.length).fill(32),
          },
          span,
        },
        integers('protocol', 'protocol', 1),
        integers('port', 'port', 2),
      ],
      keys: [['address', 'protocol', 'port']],
      path: undefined,
      lines: new Uint32Array(rows.length),
      span,
    };
  });

/** Rules for the services of hosts, among others. */
export const serviceItems: fastCheck.Arbitrary<ProgramItem[]> = servicesOfHosts.chain((open) => {
  const each = fastCheck.tuple(field, fastCheck.nat(2)).map(([side, action]): ProgramEach => {
    const row = { name: 'o', table: open };
    const cell = (column: string) => ({ kind: 'cell' as const, row, column });
    const atoms: Atom[] = [
      { negated: false, test: { kind: 'address', field: side, view: 'real', family: 4, in: cell('address') } },
      { negated: false, test: { kind: 'service cell', protocol: cell('protocol'), port: cell('port') } },
    ];
    const rule = { kind: 'rule', origin, family: 4, eachPacket: false, atoms, gates: [], effects: [] } as const;
    return { kind: 'each', origin, row, rows: undefined, items: [{ ...rule, decision: DECISIONS[action] }] };
  });
  const other = rules(1).filter((list) => list.length === 1);
  return fastCheck.array(
    fastCheck.oneof(
      each,
      other.map(([rule]) => rule!),
    ),
    { minLength: 1, maxLength: 6 },
  );
});
