/** Expressions of nft as what is read of a packet, with the matches that nft adds without their being written. */
import type { Family } from '../../../compiler/4-program/program.ts';
import { READ_WIDTHS, type FieldRead, type Read, type ReadField } from '../../../compiler/proof/machine/form.ts';
import { Misread } from './misread.ts';
import type { Tokens } from './tokens.ts';
import { constantOf, type Notation, type ValueType } from './values.ts';

/** What nft makes sure of before it reads a field. */
export interface Needs {
  readonly family?: Family | undefined;
  readonly protocol?: number | undefined;
}

/** One part of a key. */
export interface Part {
  readonly read: Read;
  readonly type: ValueType;
  readonly needs: Needs;
}

interface FieldDefinition {
  readonly field: ReadField;
  readonly notation: Notation;
  readonly needs?: Needs;
  /** The field has another place, or width, in each family. */
  readonly family?: Family;
}

const TCP = 6;
const PROTOCOLS_BY_NAME = { tcp: TCP, udp: 17, dccp: 33, sctp: 132, udplite: 136 } as const;

const ofFamily = (family: Family, field: ReadField, notation: Notation): FieldDefinition => ({
  field,
  notation,
  family,
  needs: { family },
});
const plain = (field: ReadField, notation: Notation, needs: Needs = {}): FieldDefinition => ({
  field,
  notation,
  needs,
});

const ofIcmp = (family: Family, field: ReadField, notation: Notation): FieldDefinition => ({
  field,
  notation,
  family,
  needs: { family, protocol: family === 4 ? 1 : 58 },
});

/** Fields by the words that stand for them. */
const FIELDS: ReadonlyMap<string, FieldDefinition> = new Map<string, FieldDefinition>([
  ['meta nfproto', plain('family', 'family')],
  ['meta l4proto', plain('protocol', 'protocol')],
  ['meta mark', plain('mark', 'number')],
  ['meta time', plain('time', 'number')],
  ['meta hour', plain('time of day', 'number')],
  ['meta day', plain('weekday', 'number')],
  ['meta skuid', plain('socket owner', 'number')],
  ['ct mark', plain('flow mark', 'number')],
  ['ct state', plain('state', 'state')],
  ['ct status', plain('flow confirmed', 'status')],
  ['ip saddr', ofFamily(4, 'source', 'ipv4')],
  ['ip daddr', ofFamily(4, 'destination', 'ipv4')],
  ['ip length', ofFamily(4, 'length', 'number')],
  ['ip ttl', ofFamily(4, 'ttl', 'number')],
  ['ip dscp', ofFamily(4, 'dscp', 'number')],
  ['ip frag-off', ofFamily(4, 'fragment offset', 'number')],
  ['ip6 saddr', ofFamily(6, 'source', 'ipv6')],
  ['ip6 daddr', ofFamily(6, 'destination', 'ipv6')],
  ['ip6 length', ofFamily(6, 'length', 'number')],
  ['ip6 hoplimit', ofFamily(6, 'ttl', 'number')],
  ['ip6 dscp', ofFamily(6, 'dscp', 'number')],
  ['frag frag-off', ofFamily(6, 'fragment offset', 'number')],
  ['frag more-fragments', ofFamily(6, 'more fragments', 'number')],
  ['th sport', plain('source port', 'number')],
  ['th dport', plain('destination port', 'number')],
  ['tcp flags', plain('tcp flags', 'flags', { protocol: TCP })],
  ['icmp type', ofIcmp(4, 'icmp type', 'icmp')],
  ['icmp code', ofIcmp(4, 'icmp code', 'number')],
  ['icmpv6 type', ofIcmp(6, 'icmp type', 'icmpv6')],
  ['icmpv6 code', ofIcmp(6, 'icmp code', 'number')],
  ['ether saddr', plain('source mac', 'mac')],
  ['vlan id', plain('vlan', 'number')],
  ...Object.entries(PROTOCOLS_BY_NAME).flatMap(([name, protocol]): [string, FieldDefinition][] => [
    [`${name} sport`, plain('source port', 'number', { protocol })],
    [`${name} dport`, plain('destination port', 'number', { protocol })],
  ]),
]);

/** Interfaces by name; `iif` and `oif` are the same by the number that the name has when the text is loaded. */
const INTERFACES: ReadonlyMap<string, 'in' | 'out'> = new Map([
  ['iifname', 'in'],
  ['iif', 'in'],
  ['oifname', 'out'],
  ['oif', 'out'],
]);

const NAME: ValueType = { notation: 'name', width: 0 };
const ADDRESS_KIND: ValueType = { notation: 'address kind', width: 8 };

type ExpressionReader = (tokens: Tokens) => Part | undefined;

/** Each knows the beginning of one kind of expression, and reads nothing else. */
const EXPRESSIONS: readonly ExpressionReader[] = [
  readInterface,
  readOriginalAddress,
  readMaximumSegment,
  readAddressKind,
  readBytes,
  readHash,
  readField,
];

/** Whether an expression begins here that this reader knows, or one that it should know. */
export function partOf(tokens: Tokens): Part | undefined {
  for (const read of EXPRESSIONS) {
    const part = read(tokens);
    if (part) return masked(part, tokens);
  }
  return undefined;
}

/** `ip saddr . meta l4proto . th dport` */
export function keyOf(tokens: Tokens, read: ExpressionReader = partOf): Part[] {
  const parts: Part[] = [];
  do {
    const part = read(tokens);
    if (!part) throw new Misread(`\`${tokens.peek()} ${tokens.peek(1)}\` is no expression that is known`);
    parts.push(part);
  } while (tokens.take('.'));
  return parts;
}

/** `ip saddr . 3`: the key of an element that a rule writes may have numbers in it. */
export function elementOf(tokens: Tokens): Part[] {
  return keyOf(tokens, () => (/^\d+$/.test(tokens.peek()) ? numberPart(tokens.number()) : partOf(tokens)));
}

function numberPart(value: number): Part {
  return { read: { kind: 'constant', value }, type: { notation: 'number', width: 32 }, needs: {} };
}

function readField(tokens: Tokens): Part | undefined {
  const definition = FIELDS.get(`${tokens.peek()} ${tokens.peek(1)}`);
  if (!definition) return undefined;
  tokens.next();
  tokens.next();
  return partFor(definition);
}

function partFor({ field, family, notation, needs = {} }: FieldDefinition): Part {
  return {
    read: { kind: 'field', field, family, mask: undefined },
    type: { notation, width: widthOf(field, family) },
    needs,
  };
}

function widthOf(field: ReadField, family: Family | undefined): number {
  const isAddress = READ_WIDTHS[field] === 128;
  if (field === 'fragment offset' && family === 6) return 13;
  return isAddress && family === 4 ? 32 : READ_WIDTHS[field];
}

function readInterface(tokens: Tokens): Part | undefined {
  const field = INTERFACES.get(tokens.peek());
  if (!field) return undefined;
  tokens.next();
  return { read: { kind: 'field', field, family: undefined, mask: undefined }, type: NAME, needs: {} };
}

function readOriginalAddress(tokens: Tokens): Part | undefined {
  if (!tokens.take('ct', 'original')) return undefined;
  const version = tokens.next();
  const side = tokens.next();
  const field = { saddr: 'original source', daddr: 'original destination' }[side] as ReadField | undefined;
  const family = { ip: 4, ip6: 6 }[version] as Family | undefined;
  if (!field || !family) throw new Misread(`\`ct original ${version} ${side}\` is not known`);
  return partFor(ofFamily(family, field, family === 4 ? 'ipv4' : 'ipv6'));
}

function readMaximumSegment(tokens: Tokens): Part | undefined {
  if (!tokens.take('tcp', 'option', 'maxseg', 'size')) return undefined;
  return partFor(plain('maximum segment', 'number'));
}

/** `fib daddr type`, `fib saddr . iif type` */
function readAddressKind(tokens: Tokens): Part | undefined {
  if (!tokens.take('fib')) return undefined;
  const field = { saddr: 'source' as const, daddr: 'destination' as const }[tokens.next()];
  const toward = tokens.take('.', 'iif') ? 'in' : tokens.take('.', 'oif') ? 'out' : undefined;
  if (!field) throw new Misread('`fib` of what is no address');
  tokens.expect('type');
  return { read: { kind: 'address kind', field, toward }, type: ADDRESS_KIND, needs: {} };
}

/** `@th,64,8` of the transport header, `@ih,0,16` of what follows it. */
function readBytes(tokens: Tokens): Part | undefined {
  const found = /^@(th|ih),(\d+),(\d+)$/.exec(tokens.peek());
  if (!found) return undefined;
  tokens.next();
  const [, base, offset, bits] = found;
  const of = base === 'th' ? 'transport header' : 'payload';
  const width = Number(bits);
  if (width < 1 || width > 128) throw new Misread(`${width} bits at once are more than is known`);
  return {
    read: { kind: 'bytes', of, offset: Number(offset), bits: width, mask: undefined },
    type: { notation: 'number', width },
    needs: {},
  };
}

/** `jhash KEY mod N seed M` */
function readHash(tokens: Tokens): Part | undefined {
  if (!tokens.take('jhash')) return undefined;
  const of = keyOf(tokens);
  tokens.expect('mod');
  const modulus = tokens.number();
  tokens.expect('seed');
  const seed = tokens.number();
  return {
    read: { kind: 'hash', of: of.map(({ read }) => read), modulus, seed },
    type: { notation: 'number', width: 32 },
    needs: of.reduce((all, { needs }) => joinedNeeds(all, needs), {}),
  };
}

/** What all the parts together need. */
export function joinedNeeds(one: Needs, other: Needs): Needs {
  const clash =
    (one.family !== undefined && other.family !== undefined && one.family !== other.family) ||
    (one.protocol !== undefined && other.protocol !== undefined && one.protocol !== other.protocol);
  if (clash) throw new Misread('one key of fields that no packet has together');
  return { family: one.family ?? other.family, protocol: one.protocol ?? other.protocol };
}

/** `… & MASK`, `… & (fin | syn)`; `… & 0 | 3`, a number in a key. */
function masked(part: Part, tokens: Tokens): Part {
  const { read, type } = part;
  if (tokens.peek() !== '&') return part;
  if ((read.kind !== 'field' && read.kind !== 'bytes') || type.width === 0) {
    throw new Misread('a mask on what has no bits');
  }
  tokens.next();
  const mask = constantOf(type, maskText(tokens));
  if (!tokens.take('|')) return { ...part, read: { ...read, mask } };
  if (mask !== 0n || type.width !== 32) throw new Misread('bits of a field with others that are set');
  return numberPart(tokens.number());
}

function maskText(tokens: Tokens): string {
  if (!tokens.take('(')) return tokens.next();
  const flags: string[] = [];
  do flags.push(tokens.next());
  while (tokens.take('|'));
  tokens.expect(')');
  return flags.join(' | ');
}

/** A field as it stands, for matches that nft adds. */
export function fieldRead(field: ReadField): FieldRead {
  return { kind: 'field', field, family: undefined, mask: undefined };
}
