/** Statements, one arbitrary for each kind, and whole files. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type {
  BalanceSetting,
  BlockOrder,
  ColumnDeclaration,
  Endpoint,
  Expectation,
  ExpectOption,
  Given,
  HostSetting,
  Name,
  PolicyFile,
  Statement,
  TargetSetting,
  TenantPrefix,
  Tunnel,
  Value,
  Zone,
} from '../../../grammar/ast/index.ts';
import { EMPTY_ANNOTATIONS } from '../../../grammar/annotations.ts';
import { COLUMN_TYPES, FILTER_HOOKS, HOST_SETTINGS, MANGLE_HOOKS, PROTOCOL_WORDS } from '../../../grammar/words.ts';
import { bounds, flagsTest } from './clauses.ts';
import { annotations, columnName, many, maybe, name, node, span, text, unquotedName } from './nodes.ts';
import { dispatchItems, reason, ruleItems } from './rules.ts';
import * as V from './values.ts';

const { boolean, constant, constantFrom, oneof, record, tuple } = fastCheck;

const order = constantFrom<BlockOrder>('only', 'before', 'after');

type OfKind<Union, Kind> = Union extends { readonly kind: infer Kinds } ? (Kind extends Kinds ? Union : never) : never;

/** One arbitrary for each member of a union; the type checker lists what is missing. */
type EachOf<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: Arbitrary<OfKind<Union, Kind>>;
};

function anyOf<Union extends { readonly kind: string }>(all: EachOf<Union>): Arbitrary<Union> {
  return oneof(...(Object.values(all) as Arbitrary<Union>[]));
}

const zoneMember = tuple(maybe('interface', name), maybe('vlans', V.ports), maybe('ports', V.ports))
  .filter((parts) => parts.some((part) => Object.keys(part).length > 0))
  .map(([device, vlans, ports]) => node({ kind: 'zone-member' as const, ...device, ...vlans, ...ports }));

function zoneWith(said: Zone['annotations']): Arbitrary<Zone> {
  return tuple(name, many(zoneMember)).map(([of, members]) =>
    node({ kind: 'zone', annotations: said, name: of, members }),
  );
}

function columnsOf(min: number): Arbitrary<ColumnDeclaration[]> {
  const type = oneof(
    constantFrom(...COLUMN_TYPES.filter((of) => of !== 'enum')).map((of) => ({ type: of })),
    many(columnName).map((members) => ({ type: 'enum' as const, members })),
  );
  const column = tuple(columnName, type, boolean(), boolean(), maybe('default', V.cell)).map(
    ([of, its, key, volatile, standard]) =>
      node({ kind: 'column-declaration' as const, name: of, ...its, key, volatile, ...standard }),
  );
  return many(column, min, 3);
}

const BALANCE: EachOf<BalanceSetting> = {
  vip: tuple(V.value, many(V.serviceSet)).map(([addresses, services]) => node({ kind: 'vip', addresses, services })),
  pool: oneof<[Arbitrary<Name>, ReturnType<typeof tableWith>]>(name, tableWith(constant(EMPTY_ANNOTATIONS))).map(
    (table) => node({ kind: 'pool', table }),
  ),
  hash: tuple(V.decimal, constantFrom<'flow' | 'source'>('flow', 'source')).map(([size, on]) =>
    node({ kind: 'hash', algorithm: 'maglev', size, on }),
  ),
  fragments: many(constantFrom<'source' | 'destination' | 'protocol'>('source', 'destination', 'protocol')).map((on) =>
    node({ kind: 'fragments', on }),
  ),
  'remember-flows': V.decimal.map((flows) => node({ kind: 'remember-flows', flows })),
  'local-first': constant(node({ kind: 'local-first' })),
  forward: tuple(constantFrom('gre', 'ipip', 'gue', 'dnat', 'direct'), maybe('from', V.value)).map(([by, from]) =>
    node({ kind: 'forward', by, ...from }),
  ),
};

const valued = <Kind extends 'length' | 'ttl' | 'mark' | 'dscp'>(kind: Kind) =>
  V.scalar.map((value) => node({ kind, value }));

const EXPECT_OPTIONS: EachOf<ExpectOption> = {
  'tcp-flags': flagsTest.map((test) => node({ kind: 'tcp-flags', test })),
  length: valued('length'),
  ttl: valued('ttl'),
  mark: valued('mark'),
  dscp: valued('dscp'),
  fragment: constantFrom<'first' | 'later'>('first', 'later').map((which) => node({ kind: 'fragment', which })),
  established: constant(node({ kind: 'established' })),
  reply: constant(node({ kind: 'reply' })),
  after: tuple(V.decimal, maybe('within', V.duration)).map(([packets, within]) =>
    node({ kind: 'after', packets, ...within }),
  ),
  socket: name.map((of) => node({ kind: 'socket', name: of })),
  counted: name.map((of) => node({ kind: 'counted', name: of })),
  logged: constant(node({ kind: 'logged' })),
};

const protocol: Arbitrary<Expectation['protocol']> = oneof<Arbitrary<Expectation['protocol']>[]>(
  constantFrom(...PROTOCOL_WORDS).map((word): Name => node({ kind: 'name', text: word, quoted: false })),
  V.integer,
  V.icmp.map((of) => ({ ...of, types: of.types.slice(0, 1) })),
);

const becomes = oneof<Arbitrary<{ source?: Endpoint; destination?: Endpoint }>[]>(
  V.endpoint.map((source) => ({ source })),
  V.endpoint.map((destination) => ({ destination })),
  record({ source: V.endpoint, destination: V.endpoint }),
);

const plainVerdict = oneof<Arbitrary<Pick<Expectation, 'verdict' | 'reason'>>[]>(
  constantFrom<'allow' | 'drop' | 'reject'>('allow', 'drop', 'reject').map((verdict) => ({ verdict })),
  reason.map((of) => ({ verdict: 'reject' as const, reason: of })),
);

const expectation: Arbitrary<Expectation> = tuple(
  tuple(annotations, plainVerdict, protocol, V.endpoint, V.endpoint),
  maybe('in', name),
  maybe('out', name),
  fastCheck.uniqueArray(anyOf(EXPECT_OPTIONS), { maxLength: 4, selector: ({ kind }) => kind }),
  maybe('becomes', becomes),
).map(([[said, verdict, of, source, destination], into, out, options, becoming]) =>
  node({
    kind: 'expectation',
    annotations: said,
    ...verdict,
    protocol: of,
    source,
    destination,
    ...into,
    ...out,
    options,
    ...becoming,
  }),
);

const GIVEN: EachOf<Given> = {
  'given-route': tuple(annotations, V.value, name).map(([said, to, out]) =>
    node({ kind: 'given-route', annotations: said, to, out }),
  ),
  'given-address': tuple(annotations, V.value, maybe('zone', name)).map(([said, addresses, zone]) =>
    node({ kind: 'given-address', annotations: said, addresses, ...zone }),
  ),
  'given-down': tuple(annotations, V.value).map(([said, addresses]) =>
    node({ kind: 'given-down', annotations: said, addresses }),
  ),
  'given-time': tuple(annotations, V.date, maybe('minute', fastCheck.integer({ min: 0, max: 1440 }))).map(
    ([said, date, minute]) => node({ kind: 'given-time', annotations: said, date, ...minute }),
  ),
  'given-memory': tuple(annotations, name, V.value).map(([said, memory, values]) =>
    node({ kind: 'given-memory', annotations: said, memory, values }),
  ),
};

const variant: Arbitrary<Name> = constantFrom('generic', 'native', 'offload', 'pna', 'v1model').map((word) =>
  node({ kind: 'name', text: word, quoted: false }),
);

const TARGET: EachOf<TargetSetting> = {
  'target-zone': zoneWith(EMPTY_ANNOTATIONS).map((zone) => node({ kind: 'target-zone', zone })),
  marks: V.integer.map((reserve) => node({ kind: 'marks', reserve })),
  plane: tuple(unquotedName, maybe('variant', variant), many(name, 0)).map(([plane, its, on]) =>
    node({ kind: 'plane', plane, ...its, on }),
  ),
  'gro-off': constant(node({ kind: 'gro-off' })),
  'default-route': constant(node({ kind: 'default-route' })),
  'socket-place': tuple(name, many(V.endpoint)).map(([socket, endpoints]) =>
    node({ kind: 'socket-place', socket, endpoints }),
  ),
};

const hostWord: Arbitrary<Name> = oneof(
  name,
  constantFrom('=', 'established', 'mode', 'layer3', '802.3ad', 'in').map((word): Name =>
    node({ kind: 'name', text: word, quoted: false }),
  ),
);

const hostValue: Arbitrary<Value> = oneof<Arbitrary<Value>[]>(V.reference, V.decimal, V.duration);

const hostSetting: Arbitrary<HostSetting> = tuple(
  annotations,
  constantFrom(...HOST_SETTINGS).map((word): Name => node({ kind: 'name', text: word, quoted: false })),
  many(
    oneof<Arbitrary<Name | Value>[]>(
      hostWord,
      V.decimal,
      V.duration,
      many(hostValue, 2, 3).map((items): Value => node({ kind: 'list', braces: false, items })),
      tuple(hostValue, hostValue).map(([left, right]): Value =>
        node({ kind: 'operation', operator: '+', left, right }),
      ),
    ),
    0,
    4,
  ),
).map(([said, first, rest]) => node({ kind: 'host-setting', annotations: said, words: [first, ...rest] }));

const tunnel: Arbitrary<Tunnel> = tuple(
  annotations,
  constantFrom<'gre' | 'ipip'>('gre', 'ipip'),
  V.scalar,
  boolean(),
  V.scalar,
).map(([said, type, from, anycast, to]) => node({ kind: 'tunnel', annotations: said, type, from, anycast, to }));

const tenantPrefix: Arbitrary<TenantPrefix> = tuple(annotations, V.value).map(([said, prefixes]) =>
  node({ kind: 'tenant-prefix', annotations: said, prefixes }),
);

function tableWith(said: Arbitrary<Zone['annotations']>) {
  const key = many(columnName).map((columns) => node({ kind: 'table-key' as const, columns }));
  const rows = oneof(
    V.string.map((path) => ({ kind: 'file' as const, path })),
    many(
      many(V.cell).map((cells) => node({ kind: 'row' as const, cells })),
      0,
    ).map((all) => ({ kind: 'inline' as const, rows: all })),
  );
  return tuple(said, name, columnsOf(1), many(key, 0, 2), rows, boolean()).map(
    ([about, of, columns, keys, content, orEmpty]) =>
      node({ kind: 'table' as const, annotations: about, name: of, columns, keys, rows: content, orEmpty }),
  );
}

/** A block that has nothing but its order. */
function orderedBlock<Kind extends 'raw' | 'nat' | 'count-block' | 'dispatch'>(kind: Kind, items = ruleItems) {
  return record({ kind: constant(kind), annotations, order, body: items }).map((block) => node(block));
}

const imported = tuple(name, maybe('as', name)).map(([of, as]) => ({ name: of, ...as }));

const STATEMENTS: EachOf<Exclude<Statement, { kind: 'tenant' }>> = {
  use: tuple(
    annotations,
    oneof<[Arbitrary<{ std: string }>, Arbitrary<{ path: string }>]>(
      constantFrom({ std: 'services' }, { std: 'icmp' }, { std: 'essential' }),
      text.map((path) => ({ path })),
    ),
    maybe('names', many(imported)),
  ).map(([said, module, names]) => node({ kind: 'use', annotations: said, module, moduleSpan: { span }, ...names })),
  zone: annotations.chain(zoneWith),
  let: tuple(
    annotations,
    name,
    oneof(
      V.anyValue,
      V.string.map((path) => ({ kind: 'file' as const, path })),
    ),
    boolean(),
  ).map(([said, of, value, orEmpty]) => node({ kind: 'let', annotations: said, name: of, value, orEmpty })),
  table: tableWith(annotations),
  memory: tuple(annotations, name, columnsOf(1), maybe('timeout', V.duration), maybe('hits', V.integer), bounds).map(
    ([said, of, columns, timeout, hits, limits]) =>
      node({ kind: 'memory', annotations: said, name: of, columns, ...timeout, ...hits, bounds: limits }),
  ),
  'service-declaration': tuple(annotations, name, many(V.serviceSet)).map(([said, of, services]) =>
    node({ kind: 'service-declaration', annotations: said, name: of, services }),
  ),
  group: tuple(annotations, name, many(name, 0), ruleItems).map(([said, of, parameters, body]) =>
    node({ kind: 'group', annotations: said, name: of, parameters, body }),
  ),
  mitigate: tuple(annotations, order, many(name, 0), ruleItems).map(([said, of, zones, body]) =>
    node({ kind: 'mitigate', annotations: said, order: of, in: zones, body }),
  ),
  raw: orderedBlock('raw'),
  nat: orderedBlock('nat'),
  'count-block': orderedBlock('count-block'),
  dispatch: orderedBlock('dispatch', dispatchItems),
  filter: tuple(
    tuple(annotations, order, constantFrom(...FILTER_HOOKS), boolean(), boolean(), ruleItems),
    maybe('default', plainVerdict),
    maybe('invalid', constantFrom<'drop' | 'pass'>('drop', 'pass')),
  ).map(([[said, of, hook, stateless, pickup, body], standard, invalid]) =>
    node({
      kind: 'filter',
      annotations: said,
      order: of,
      hook,
      stateless,
      ...(standard as { default?: { verdict: 'allow' } }),
      ...invalid,
      pickup,
      body,
    }),
  ),
  mangle: tuple(annotations, order, constantFrom(...MANGLE_HOOKS), ruleItems).map(([said, of, hook, body]) =>
    node({ kind: 'mangle', annotations: said, order: of, hook, body }),
  ),
  shape: tuple(
    tuple(annotations, name, constantFrom<'ingress' | 'egress'>('ingress', 'egress'), V.scalar, ruleItems),
    maybe('link', constantFrom<'ethernet' | 'atm' | 'docsis'>('ethernet', 'atm', 'docsis')),
    maybe('overhead', V.decimal),
    maybe('queues', V.decimal),
    boolean(),
  ).map(([[said, zone, direction, rate, body], link, overhead, queues, policed]) =>
    node({ kind: 'shape', annotations: said, zone, direction, rate, ...link, ...overhead, ...queues, policed, body }),
  ),
  balance: tuple(annotations, name, many(anyOf(BALANCE), 0, 4)).map(([said, of, settings]) =>
    node({ kind: 'balance', annotations: said, name: of, settings }),
  ),
  expect: tuple(annotations, many(oneof<Arbitrary<Expectation | Given>[]>(expectation, anyOf(GIVEN)), 0, 3)).map(
    ([said, body]) => node({ kind: 'expect', annotations: said, body }),
  ),
  target: tuple(annotations, name, many(anyOf(TARGET), 0, 4)).map(([said, of, settings]) =>
    node({ kind: 'target', annotations: said, name: of, settings }),
  ),
  host: tuple(annotations, name, many(hostSetting, 0)).map(([said, of, settings]) =>
    node({ kind: 'host', annotations: said, name: of, settings }),
  ),
};

const plainStatement = anyOf<Exclude<Statement, { kind: 'tenant' }>>(STATEMENTS);

const tenant: Arbitrary<Statement> = tuple(
  annotations,
  name,
  many(oneof<Arbitrary<Statement | Tunnel | TenantPrefix>[]>(plainStatement, tunnel, tenantPrefix), 0, 3),
).map(([said, of, body]) => node({ kind: 'tenant', annotations: said, name: of, body }));

const statement: Arbitrary<Statement> = oneof(
  { weight: 12, arbitrary: plainStatement },
  { weight: 1, arbitrary: tenant },
);

/** A file of any statements: what each says need not make sense, but it can be written and read. */
export const policyFile: Arbitrary<PolicyFile> = many(statement, 0, 4).map((statements) =>
  node({ kind: 'file', statements }),
);
