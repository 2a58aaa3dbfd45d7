/** Values as they can stand in a text. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type {
  AddressLiteral,
  ColumnReference,
  DateLiteral,
  DurationLiteral,
  Endpoint,
  Expression,
  IcmpLiteral,
  IntegerLiteral,
  MaskedAddressLiteral,
  Name,
  NameReference,
  Operand,
  PrefixLiteral,
  RangeLiteral,
  ServiceLiteral,
  SetOperation,
  StringLiteral,
  Value,
  ValueList,
} from '../../../grammar/ast/index.ts';
import { PERIODS } from '../../../grammar/lexer/units.ts';
import { PROTOCOL_WORDS } from '../../../grammar/words.ts';
import { columnName, many, maybe, name, node, text } from './nodes.ts';

const { constant, constantFrom, integer: int, oneof, tuple } = fastCheck;

const family = constantFrom<4 | 6>(4, 6);

/** Bits of an address; for IPv6 often with runs of zeros, which are written in a way of their own. */
function bits(of: 4 | 6): Arbitrary<bigint> {
  if (of === 4) return fastCheck.bigInt({ min: 0n, max: 0xffffffffn });
  const groups = fastCheck.array(oneof(constant(0n), fastCheck.bigInt({ min: 0n, max: 0xffffn })), {
    minLength: 8,
    maxLength: 8,
  });
  return groups.map((all) => all.reduce((value, group) => (value << 16n) | group, 0n));
}

const address: Arbitrary<AddressLiteral> = family.chain((of) =>
  bits(of).map((value) => node({ kind: 'address', family: of, value })),
);

const prefix: Arbitrary<PrefixLiteral> = family.chain((of) =>
  tuple(bits(of), int({ min: 0, max: of === 4 ? 32 : 128 })).map(([value, length]) =>
    node({ kind: 'prefix', family: of, value, length }),
  ),
);

const masked: Arbitrary<MaskedAddressLiteral> = family.chain((of) =>
  tuple(bits(of), bits(of)).map(([value, mask]) => node({ kind: 'masked-address', family: of, value, mask })),
);

export const integer: Arbitrary<IntegerLiteral> = oneof(
  fastCheck.bigInt({ min: 0n, max: 100_000n }).map((value): IntegerLiteral => node({ kind: 'integer', value })),
  tuple(fastCheck.bigInt({ min: 0n, max: 0xffffffffn }), int({ min: 0, max: 3 })).map(
    ([value, zeros]): IntegerLiteral => node({ kind: 'integer', value, hexDigits: value.toString(16).length + zeros }),
  ),
);

/** Without a base: where the number of digits says nothing. */
export const decimal: Arbitrary<IntegerLiteral> = fastCheck
  .bigInt({ min: 0n, max: 10n ** 20n })
  .map((value) => node({ kind: 'integer', value }));

const integerRange: Arbitrary<RangeLiteral> = tuple(integer, integer).map(([low, high]) =>
  node({ kind: 'range', low, high }),
);

const addressRange: Arbitrary<RangeLiteral> = family.chain((of) =>
  tuple(bits(of), bits(of)).map(([low, high]) =>
    node({
      kind: 'range',
      low: node({ kind: 'address', family: of, value: low }),
      high: node({ kind: 'address', family: of, value: high }),
    }),
  ),
);

const range: Arbitrary<RangeLiteral> = oneof(integerRange, addressRange);

const rate: Arbitrary<Value> = tuple(
  constantFrom<'events' | 'bits' | 'bytes'>('events', 'bits', 'bytes'),
  oneof(fastCheck.bigInt({ min: 0n, max: 10n ** 13n }), constantFrom(5_000_000n, 1024n, 6_000_000_000n)),
  constantFrom(...PERIODS.values()),
).map(([of, amount, perSeconds]) => node({ kind: 'rate', of, amount, perSeconds }));

export const duration: Arbitrary<DurationLiteral> = oneof(
  int({ min: 0, max: 10 ** 12 }),
  constantFrom(43_200_000, 1000, 604_800_000),
).map((milliseconds) => node({ kind: 'duration', milliseconds }));

export const date: Arbitrary<DateLiteral> = fastCheck
  .date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((day) =>
    node({ kind: 'date', year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate() }),
  );

const otherLiteral: Arbitrary<Value> = oneof(
  rate,
  duration,
  date,
  fastCheck.bigInt({ min: 0n, max: 2n ** 50n }).map((bytes): Value => node({ kind: 'size', bytes })),
  int({ min: 0, max: 10_000 }).map((value): Value => node({ kind: 'percent', value: value / 100 })),
  fastCheck.bigInt({ min: 0n, max: 2n ** 48n - 1n }).map((value): Value => node({ kind: 'mac', value })),
);

export const reference: Arbitrary<NameReference> = name.map((of) => node({ kind: 'reference', name: of }));

export const column: Arbitrary<ColumnReference> = tuple(name, columnName).map(([owner, of]) =>
  node({ kind: 'column', owner, column: of }),
);

export const scalar: Arbitrary<Value> = oneof(integer, range, address, otherLiteral, reference, column);

/** What may have a mask behind it: `0x1/0xff`. */
export const maskable: Arbitrary<Value> = oneof<Arbitrary<Value>[]>(integer, reference, column);

/** Sets out of operands: joined, and in braces. */
function setsOf(operand: Arbitrary<Value>): Arbitrary<Value> {
  return fastCheck.letrec<{ set: Value; braces: ValueList; operation: SetOperation }>((tie) => ({
    set: oneof({ depthSize: 'small', withCrossShrink: true }, operand, tie('braces'), tie('operation')),
    braces: many(tie('set'), 0, 3).map((items) => node({ kind: 'list', braces: true, items })),
    operation: tuple(constantFrom<'+' | '-' | '&'>('+', '-', '&'), tie('set'), tie('set')).map(
      ([operator, left, right]) => node({ kind: 'operation', operator, left, right }),
    ),
  })).set;
}

/** Several with commas between them are one value without braces. */
function listsOf(set: Arbitrary<Value>): Arbitrary<Value> {
  return oneof(
    { weight: 3, arbitrary: set },
    { weight: 1, arbitrary: many(set, 2, 4).map((items): Value => node({ kind: 'list', braces: false, items })) },
  );
}

const port: Arbitrary<Value> = oneof<Arbitrary<Value>[]>(integer, integerRange, reference, column);

export const ports: Arbitrary<Value> = oneof(
  { weight: 4, arbitrary: port },
  { weight: 1, arbitrary: many(port, 0, 3).map((items): Value => node({ kind: 'list', braces: true, items })) },
);

const namedService: Arbitrary<ServiceLiteral> = oneof(
  constantFrom(...PROTOCOL_WORDS).map((word): ServiceLiteral => {
    const protocol: Name = node({ kind: 'name', text: word, quoted: false });
    return node({ kind: 'service', protocol });
  }),
  integer.map((protocol): ServiceLiteral => node({ kind: 'service', protocol })),
);

const serviceWithPorts: Arbitrary<ServiceLiteral> = tuple(
  oneof<[Arbitrary<Name>, Arbitrary<IntegerLiteral>, Arbitrary<ColumnReference>]>(name, integer, column),
  ports,
).map(([protocol, of]) => node({ kind: 'service', protocol, ports: of }));

const icmpTypeName: Arbitrary<Name> = constantFrom('echo-request', 'packet-too-big', 'time-exceeded').map((word) =>
  node({ kind: 'name', text: word, quoted: false }),
);

/** The first type may be any name; those behind it are numbers or of the closed list, or they would be services. */
export const icmp: Arbitrary<IcmpLiteral> = tuple(
  constantFrom<IcmpLiteral['family']>('both', 4, 6),
  tuple(
    oneof<[Arbitrary<Name>, Arbitrary<Name>, Arbitrary<IntegerLiteral>]>(icmpTypeName, name, integer),
    maybe('code', integer),
  ),
  many(tuple(oneof<[Arbitrary<Name>, Arbitrary<IntegerLiteral>]>(icmpTypeName, integer), maybe('code', integer)), 0, 2),
).map(([of, first, rest]) =>
  node({
    kind: 'icmp',
    family: of,
    types: [first, ...rest].map(([type, code]) => node({ kind: 'icmp-type', type, ...code })),
  }),
);

const service: Arbitrary<Value> = oneof(namedService, serviceWithPorts, icmp, reference, column);

/** In a clause: no braces first, they would open a block. */
export const clauseService: Arbitrary<Value> = oneof(
  { weight: 5, arbitrary: service },
  {
    weight: 1,
    arbitrary: tuple(constantFrom<'+' | '-' | '&'>('+', '-', '&'), service, service).map(
      ([operator, left, right]): Value => node({ kind: 'operation', operator, left, right }),
    ),
  },
);

export const serviceSet: Arbitrary<Value> = setsOf(service);

const addressOperand: Arbitrary<Value> = oneof(
  { weight: 3, arbitrary: address },
  { weight: 3, arbitrary: prefix },
  masked,
  range,
  { weight: 3, arbitrary: reference },
  { weight: 2, arbitrary: column },
  constant<Value>(node({ kind: 'any' })),
  name.map((zone): Value => node({ kind: 'address-of', zone })),
  serviceWithPorts,
  otherLiteral,
);

const set: Arbitrary<Value> = setsOf(addressOperand);

export const value: Arbitrary<Value> = listsOf(set);

/** What a `let` or an argument may be: services, too. */
export const anySet: Arbitrary<Value> = oneof(set, serviceSet);
export const anyValue: Arbitrary<Value> = oneof(value, listsOf(serviceSet));

export const string: Arbitrary<StringLiteral> = text.map((of) => node({ kind: 'string', value: of }));

const unquotedReference = reference.filter(({ name: of }) => !of.quoted);

/** A cell of an inline row, or a column's default. */
export const cell: Arbitrary<Value> = setsOf(oneof(string, scalar.filter(isNoQuotedName), prefix));

function isNoQuotedName(of: Value): boolean {
  return of.kind !== 'reference' || !of.name.quoted;
}

const endpointSet: Arbitrary<Value> = oneof(address, address, prefix, range, reference, column, set);

/** One endpoint; a list of addresses is in brackets there. */
export const endpoint: Arbitrary<Endpoint> = oneof(
  listsOf(endpointSet).map((addresses): Endpoint => node({ kind: 'endpoint', addresses })),
  tuple(listsOf(endpointSet), ports).map(([addresses, of]): Endpoint =>
    node({ kind: 'endpoint', addresses, ports: of }),
  ),
  ports.map((of): Endpoint => node({ kind: 'endpoint', ports: of })),
);

const field: Arbitrary<Operand & { kind: 'field' }> = constantFrom(
  'source',
  'destination',
  'source port',
  'destination port',
  'protocol',
  'length',
  'ttl',
  'dscp',
  'mark',
  'vlan',
).map((of) => node({ kind: 'field', field: of } as const));

const fieldOperand: Arbitrary<Operand> = oneof<Arbitrary<Operand>[]>(
  field,
  tuple(field, integer).map(([of, mask]) => node({ kind: 'masked-field', field: of, mask } as const)),
  tuple(int({ min: 0, max: 100 }), int({ min: 0, max: 100 })).map(([first, more]) =>
    node({ kind: 'payload', first, last: first + more } as const),
  ),
);

const comparison: Arbitrary<Expression> = tuple(
  oneof<Arbitrary<Operand>[]>(fieldOperand, integer, reference, column),
  constantFrom<'==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'>('==', '!=', '<', '<=', '>', '>=', 'in'),
  oneof<Arbitrary<Operand>[]>(
    fieldOperand,
    setsOf(oneof<Arbitrary<Value>[]>(string, integer, address, unquotedReference, column)),
  ),
).map(([left, operator, right]) => node({ kind: 'comparison', operator, left, right }));

export const expression: Arbitrary<Expression> = fastCheck.letrec<{ expression: Expression; terms: Expression[] }>(
  (tie) => ({
    expression: oneof<Arbitrary<Expression>[]>(
      { depthSize: 'small' },
      comparison,
      tie('expression').map((term) => node({ kind: 'not', term } as const)),
      tie('terms').map((terms) => node({ kind: 'and', terms } as const)),
      tie('terms').map((terms) => node({ kind: 'or', terms } as const)),
    ),
    terms: many(tie('expression'), 2, 3),
  }),
).expression;
