/**
 * Checked policies made by hand, for tests of what stands behind the checker. Every function gives a part of a `Policy`;
 * names say what they make, and what is left out is the language's default.
 */
import type {
  AddressTest,
  Bounds,
  Cell,
  Condition,
  Gate,
  KeyPart,
  MemoryKeyField,
  NumberTest,
  Rate,
  RowVariable,
  View,
} from '../../compiler/model/condition.ts';
import { TCP_FLAGS, type AddressField, type NumberField } from '../../compiler/model/fields.ts';
import type {
  AddressTarget,
  Each,
  Effect,
  FilterBlock,
  GatedEffect,
  MangleBlock,
  Memory,
  MitigateBlock,
  Origin,
  Policy,
  PortTarget,
  RejectReason,
  Rule,
  RuleBlock,
  RuleItem,
  Scope,
  Translation,
  Verdict,
  Zone,
} from '../../compiler/model/policy.ts';
import type { Column, ColumnType, Table } from '../../compiler/model/table.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { parseIpv4, parseIpv4Prefix, parseIpv6, parseIpv6Prefix } from '../../compiler/net/address.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { writeValue } from '../../compiler/net/words.ts';
import type { Span } from '../../grammar/source.ts';

const SPAN: Span = { source: { path: 'test.sluice', text: '' }, start: 0, end: 0 };

export function origin(name: string): Origin {
  return { span: SPAN, name, text: name, documentation: [], owner: undefined, ticket: undefined, via: [] };
}

/** An address of either family from its text. */
export function address(text: string): { readonly family: 4 | 6; readonly value: bigint } {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 4, value: BigInt(ipv4) };
  const ipv6 = parseIpv6(text);
  if (ipv6 === undefined) throw new Error(`${text} is no address`);
  return { family: 6, value: ipv6 };
}

/** Addresses, prefixes and ranges. */
export function addresses(...texts: readonly string[]): AddressSet {
  return AddressSet.unionOf(
    texts.map((text) => {
      const set = AddressSet.parse(text);
      if (typeof set === 'string') throw new Error(`${text}: ${set}`);
      return set;
    }),
  );
}

export function zone(name: string, ...interfaces: readonly string[]): Zone {
  const members = interfaces.map((member) => {
    const [device, vlans] = member.split(' vlan ');
    return {
      interface: device,
      vlans: vlans === undefined ? undefined : numbers('vlan', vlans),
      ports: undefined,
      span: SPAN,
    };
  });
  return { name, members, span: SPAN };
}

// Conditions

export const ANY: Condition = { kind: 'all', of: [] };

export function all(...of: readonly Condition[]): Condition {
  return { kind: 'all', of };
}

export function any(...of: readonly Condition[]): Condition {
  return { kind: 'any', of };
}

export function not(of: Condition): Condition {
  return { kind: 'not', of };
}

function isCell(value: unknown): value is Cell {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'cell';
}

function addressTest(field: AddressField, view: View, set: readonly (string | Cell)[]): AddressTest {
  const [first] = set;
  return { kind: 'address', field, view, in: isCell(first) ? first : addresses(...set.map(String)) };
}

export function from(...set: readonly (string | Cell)[]): AddressTest {
  return addressTest('source', 'real', set);
}

export function to(...set: readonly (string | Cell)[]): AddressTest {
  return addressTest('destination', 'real', set);
}

export function host(...set: readonly (string | Cell)[]): Condition {
  return any(from(...set), to(...set));
}

/** The same tests with another view. */
export function seen(view: View, test: AddressTest): AddressTest {
  return { ...test, view };
}

export function comesIn(...zones: readonly Zone[]): Condition {
  return { kind: 'zone', field: 'in', zones };
}

export function goesOut(...zones: readonly Zone[]): Condition {
  return { kind: 'zone', field: 'out', zones };
}

const WIDTHS: Readonly<Record<string, number>> = {
  protocol: 8,
  port: 16,
  service: 24,
  vlan: 12,
  length: 32,
  ttl: 8,
  dscp: 6,
};

function numbers(what: string, text: string): IntervalSet {
  const width = WIDTHS[what] ?? 16;
  return IntervalSet.fromIntervals(
    width,
    text.split(',').map((part) => {
      const [low, high] = part.split('-').map(Number);
      return [low ?? 0, high ?? low ?? 0] as const;
    }),
  );
}

export function number(field: NumberField, text: string): NumberTest {
  const key = field.endsWith('port') ? 'port' : field.startsWith('icmp') ? 'port' : field;
  return { kind: 'number', field, in: numbers(key, text) };
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132 };

/** `tcp/80`, `udp/1000-2000`, `tcp`: any of them. */
export function service(...texts: readonly string[]): NumberTest {
  const intervals = texts.map((text) => {
    const [name, ports] = text.split('/');
    const first = (PROTOCOLS[name ?? ''] ?? 0) * 65536;
    const [low, high] = ports === undefined ? [0, 65535] : ports.split('-').map(Number);
    return [first + (low ?? 0), first + (high ?? low ?? 0)] as const;
  });
  return { kind: 'number', field: 'service', in: IntervalSet.fromIntervals(24, intervals) };
}

export function protocol(name: string): NumberTest {
  return { kind: 'number', field: 'protocol', in: IntervalSet.of(8, PROTOCOLS[name] ?? Number(name)) };
}

/** An ICMP type, any code. */
export function icmp4(type: number): NumberTest {
  return { kind: 'number', field: 'icmp4', in: IntervalSet.range(16, type * 256, type * 256 + 255) };
}

export function icmp6(type: number): NumberTest {
  return { kind: 'number', field: 'icmp6', in: IntervalSet.range(16, type * 256, type * 256 + 255) };
}

/** All of these flags are set. */
export function tcpFlags(...names: readonly (keyof typeof TCP_FLAGS)[]): Condition {
  const mask = names.reduce((bits, name) => bits | TCP_FLAGS[name], 0);
  return { kind: 'masked', field: 'tcp flags', value: mask, mask };
}

export function flowState(...states: readonly number[]): Condition {
  return {
    kind: 'number',
    field: 'state',
    in: IntervalSet.fromIntervals(
      3,
      states.map((state) => [state, state] as const),
    ),
  };
}

// Gates

const WIDE: Bounds = { keys: 65536, whenFull: 'miss', approximate: false };
let limiters = 0;

export function per(field: KeyPart['field'], prefix4 = 32, prefix6 = 128): KeyPart {
  return { field, prefix4, prefix6 };
}

export function rate(amount: number, perSeconds: number, of: Rate['of'] = 'events'): Rate {
  return { of, amount, perSeconds };
}

interface LimitOptions {
  readonly per?: readonly KeyPart[];
  readonly burst?: number;
  readonly rows?: readonly RowVariable[];
  readonly bounds?: Partial<Bounds>;
}

function limit(sense: 'over' | 'up to', limitRate: Rate | Cell, options: LimitOptions): Gate {
  return {
    kind: 'rate',
    limiter: `limiter ${limiters++}`,
    sense,
    rate: limitRate,
    burst: options.burst ?? 5,
    per: options.per ?? [],
    rows: options.rows ?? [],
    bounds: { ...WIDE, ...options.bounds },
    span: SPAN,
  };
}

export function upTo(limitRate: Rate | Cell, options: LimitOptions = {}): Gate {
  return limit('up to', limitRate, options);
}

export function over(limitRate: Rate | Cell, options: LimitOptions = {}): Gate {
  return limit('over', limitRate, options);
}

export function connections(sense: 'over' | 'up to', most: number, ...keys: readonly KeyPart[]): Gate {
  return {
    kind: 'connections',
    limiter: `connections ${limiters++}`,
    sense,
    count: most,
    per: keys,
    rows: [],
    bounds: WIDE,
    span: SPAN,
  };
}

export function sample(one: number, of: number): Gate {
  return { kind: 'sample', one, of, span: SPAN };
}

// Rules

interface RuleOptions {
  readonly if?: Condition;
  readonly gates?: readonly Gate[];
  readonly and?: readonly (Effect | GatedEffect)[];
  readonly eachPacket?: boolean;
}

let rules = 0;

function rule(
  what: string,
  decision: Partial<Pick<Rule, 'verdict' | 'translation' | 'socket'>>,
  options: RuleOptions,
): Rule {
  return {
    kind: 'rule',
    origin: origin(`${what} ${rules++}`),
    eachPacket: options.eachPacket ?? false,
    condition: options.if ?? ANY,
    gates: options.gates ?? [],
    effects: (options.and ?? []).map((effect) =>
      'effect' in effect ? effect : { effect, condition: ANY, gates: [], span: SPAN },
    ),
    verdict: decision.verdict,
    translation: decision.translation,
    socket: decision.socket,
  };
}

export function allow(options: RuleOptions = {}): Rule {
  return rule('allow', { verdict: { kind: 'allow' } }, options);
}

export function drop(options: RuleOptions = {}): Rule {
  return rule('drop', { verdict: { kind: 'drop' } }, options);
}

export function reject(options: RuleOptions & { readonly with?: RejectReason } = {}): Rule {
  return rule('reject', { verdict: { kind: 'reject', reason: options.with } }, options);
}

export function leave(options: RuleOptions = {}): Rule {
  return rule('leave', { verdict: { kind: 'leave' } }, options);
}

export function synproxy(options: RuleOptions = {}): Rule {
  return rule(
    'synproxy',
    { verdict: { kind: 'synproxy', mss: 1460, windowScale: undefined, timestamps: false, selectiveAck: false } },
    options,
  );
}

/** A rule that only has effects. */
export function effects(and: readonly (Effect | GatedEffect)[], options: RuleOptions = {}): Rule {
  return rule('effects', {}, { ...options, and });
}

export function socket(name: string, options: RuleOptions = {}): Rule {
  return rule('socket', { socket: name }, options);
}

export function each(of: Table, body: (row: RowVariable) => readonly RuleItem[], rows?: readonly number[]): Each {
  const row: RowVariable = { name: 'row', table: of };
  return {
    kind: 'each',
    origin: origin(`each ${of.name}`),
    row,
    rows: rows === undefined ? undefined : Uint32Array.from(rows),
    body: body(row),
  };
}

export function scope(group: string, ...body: readonly RuleItem[]): Scope {
  return { kind: 'scope', origin: origin(`use ${group}`), group, body };
}

export function cell(row: RowVariable, column: string): Cell {
  return { kind: 'cell', row, column };
}

// Effects

export function countAs(name: string, direction?: 'sent' | 'received'): Effect {
  return { kind: 'count', counter: { kind: 'named', name, ...(direction ? { direction } : {}) } };
}

export function countAsCell(of: Cell): Effect {
  return { kind: 'count', counter: { kind: 'per row', cell: of } };
}

export function log(prefix: string): Effect {
  return { kind: 'log', prefix, level: 'info', group: undefined };
}

export function markSet(value: number, mask = 0xffffffff): Effect {
  return { kind: 'mark set', value, mask };
}

export function remember(into: Memory, key: readonly MemoryKeyField[], duration?: number): Effect {
  return { kind: 'remember', memory: into, key, duration };
}

export function forget(known: Memory, key: readonly MemoryKeyField[]): Effect {
  return { kind: 'forget', memory: known, key, duration: undefined };
}

export function memory(
  name: string,
  options: { readonly timeout?: number; readonly hits?: number; readonly bounds?: Partial<Bounds> } = {},
): Memory {
  return {
    name,
    columns: [{ name: 'address', type: { kind: 'address', family: 'both' } }],
    timeout: options.timeout,
    hits: options.hits ?? 1,
    bounds: { ...WIDE, ...options.bounds },
    span: SPAN,
  };
}

export function isIn(known: Memory, ...key: readonly MemoryKeyField[]): Condition {
  return { kind: 'memory', memory: known, key };
}

export function gated(effect: Effect, condition: Condition, ...gates: readonly Gate[]): GatedEffect {
  return { effect, condition, gates, span: SPAN };
}

// Translations

function targetRange(text: string): { readonly family: 4 | 6; readonly target: AddressTarget } {
  const [low, high] = text.split('-');
  const first = address(low ?? '');
  return { family: first.family, target: { kind: 'range', low: first.value, high: address(high ?? low ?? '').value } };
}

function portRange(text: string | undefined): PortTarget | undefined {
  if (text === undefined) return undefined;
  const [low, high] = text.split('-').map(Number);
  return { kind: 'range', low: low ?? 0, high: high ?? low ?? 0 };
}

interface TranslationOptions extends RuleOptions {
  /** Addresses of either family, or ranges; a cell for both families. */
  readonly to?: readonly string[] | Cell | { readonly v4?: AddressTarget; readonly v6?: AddressTarget };
  readonly ports?: string | Cell;
  readonly random?: boolean;
  readonly hairpin?: boolean;
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function targetOf(options: TranslationOptions) {
  const ports = typeof options.ports === 'object' ? options.ports : portRange(options.ports);
  const aim = options.to;
  if (aim === undefined) return { v4: undefined, v6: undefined, ports };
  if (isList(aim)) {
    const targets = aim.map(targetRange);
    const of = (family: 4 | 6) => targets.find((target) => target.family === family)?.target;
    return { v4: of(4), v6: of(6), ports };
  }
  if (isCell(aim)) return { v4: aim, v6: aim, ports };
  return { v4: aim.v4, v6: aim.v6, ports };
}

export function snat(options: TranslationOptions): Rule {
  const translation: Translation = {
    kind: 'snat',
    target: targetOf(options),
    random: options.random ?? false,
    persistent: false,
  };
  return rule('snat', { translation }, options);
}

export function dnat(options: TranslationOptions): Rule {
  const translation: Translation = {
    kind: 'dnat',
    target: targetOf(options),
    random: options.random ?? false,
    persistent: false,
    hairpin: options.hairpin ?? false,
  };
  return rule('dnat', { translation }, options);
}

export function masquerade(options: TranslationOptions = {}): Rule {
  const translation: Translation = {
    kind: 'masquerade',
    ports: targetOf(options).ports,
    random: options.random ?? false,
  };
  return rule('masquerade', { translation }, options);
}

export function redirect(options: TranslationOptions = {}): Rule {
  return rule('redirect', { translation: { kind: 'redirect', ports: targetOf(options).ports } }, options);
}

/** The same host part in another prefix of one length. */
export function prefixTarget(
  fromText: string,
  toText: string,
): { readonly v4?: AddressTarget; readonly v6?: AddressTarget } {
  const [source, target] = [prefixOf(fromText), prefixOf(toText)];
  const aim: AddressTarget = { kind: 'prefix', from: source, to: target };
  return source.family === 4 ? { v4: aim } : { v6: aim };
}

function prefixOf(text: string): { readonly family: 4 | 6; readonly value: bigint; readonly length: number } {
  const ipv4 = parseIpv4Prefix(text);
  if (ipv4 !== undefined) return { family: 4, value: BigInt(ipv4.address), length: ipv4.length };
  const ipv6 = parseIpv6Prefix(text);
  if (ipv6 === undefined) throw new Error(`${text} is no prefix`);
  return { family: 6, value: ipv6.address, length: ipv6.length };
}

// Tables

/** A table from rows of text: `table('users', { id: 'u32', room: 'prefix4' }, [['1', '10.0.0.0/24']])`. */
export function table<Names extends string>(
  name: string,
  columns: Readonly<Record<Names, 'u32' | 'port' | 'proto' | 'prefix4' | 'prefix6' | 'string'>>,
  rows: readonly (readonly string[])[],
): Table {
  const names = Object.keys(columns) as Names[];
  return {
    name,
    rowCount: rows.length,
    columns: names.map((column, place) =>
      columnFrom(
        column,
        columns[column],
        rows.map((row) => row[place] ?? ''),
      ),
    ),
    keys: [],
    path: undefined,
    lines: new Uint32Array(rows.length),
    span: SPAN,
  };
}

function columnFrom(name: string, type: string, cells: readonly string[]): Column {
  const common = { name, volatile: false, span: SPAN };
  if (type === 'prefix4') {
    const prefixes = cells.map((text) => parseIpv4Prefix(text) ?? { address: 0, length: 0 });
    return {
      ...common,
      type: { kind: 'prefix', family: 4 },
      data: {
        store: 'prefix4',
        addresses: Uint32Array.from(prefixes, (prefix) => prefix.address),
        lengths: Uint8Array.from(prefixes, ({ length }) => length),
      },
    };
  }
  if (type === 'prefix6') {
    const words = new Uint32Array(cells.length * 4);
    const prefixes = cells.map((text) => parseIpv6Prefix(text) ?? { address: 0n, length: 0 });
    prefixes.forEach((prefix, row) => writeValue(128, prefix.address, words, row));
    const lengths = Uint8Array.from(prefixes, ({ length }) => length);
    return { ...common, type: { kind: 'prefix', family: 6 }, data: { store: 'prefix6', words, lengths } };
  }
  if (type === 'string') {
    return {
      ...common,
      type: { kind: 'string' },
      data: { store: 'text', indices: Uint32Array.from(cells.keys()), strings: cells },
    };
  }
  const values = Uint32Array.from(cells, (text) => PROTOCOLS[text] ?? Number(text));
  const kinds: Readonly<Record<string, ColumnType>> = { port: { kind: 'port' }, proto: { kind: 'protocol' } };
  return { ...common, type: kinds[type] ?? { kind: 'unsigned', bits: 32 }, data: { store: 'integer', values } };
}

// Blocks

function block(name: string, body: readonly RuleItem[]): RuleBlock {
  return { origin: origin(name), body };
}

interface FilterOptions {
  readonly default?: Verdict['kind'];
  readonly stateless?: boolean;
  readonly invalid?: 'drop' | 'pass';
  readonly pickup?: boolean;
  readonly essential?: readonly RuleItem[];
}

export function filter(
  hook: FilterBlock['hook'],
  options: FilterOptions,
  ...body: readonly RuleItem[]
): Partial<Policy> {
  const kind = options.default ?? 'allow';
  const verdict: Verdict =
    kind === 'drop' ? { kind } : kind === 'reject' ? { kind, reason: undefined } : { kind: 'allow' };
  const made: FilterBlock = {
    ...block(`filter ${hook}`, body),
    hook,
    stateful: options.stateless !== true,
    default: verdict,
    invalid: options.invalid ?? 'drop',
    pickup: options.pickup ?? false,
    essential: options.essential ?? [],
  };
  return { filters: { [hook]: made } };
}

export function nat(...body: readonly RuleItem[]): Partial<Policy> {
  return { nat: block('nat', body) };
}

export function mitigate(zones: readonly Zone[] | undefined, ...body: readonly RuleItem[]): Partial<Policy> {
  const made: MitigateBlock = { ...block('mitigate', body), zones };
  return { mitigate: [made] };
}

export function raw(...body: readonly RuleItem[]): Partial<Policy> {
  return { raw: block('raw', body) };
}

export function mangle(hook: MangleBlock['hook'], ...body: readonly RuleItem[]): Partial<Policy> {
  return { mangles: { [hook]: { ...block(`mangle ${hook}`, body), hook } } };
}

export function count(...body: readonly RuleItem[]): Partial<Policy> {
  return { count: block('count', body) };
}

export function dispatch(...body: readonly RuleItem[]): Partial<Policy> {
  return { dispatch: block('dispatch', body) };
}

/** A policy of these zones and blocks. */
export function policy(zones: readonly Zone[], ...blocks: readonly Partial<Policy>[]): Policy {
  const merge = <Key extends 'filters' | 'mangles'>(key: Key) =>
    Object.assign({}, ...blocks.map((part) => part[key] ?? {})) as Policy[Key];
  const last = <Key extends keyof Policy>(key: Key): Policy[Key] | undefined =>
    blocks.findLast((part) => part[key] !== undefined)?.[key];
  return {
    name: 'test',
    zones,
    tables: [],
    memories: last('memories') ?? [],
    mitigate: blocks.flatMap((part) => part.mitigate ?? []),
    raw: last('raw'),
    nat: last('nat'),
    filters: merge('filters'),
    mangles: merge('mangles'),
    count: last('count'),
    shapes: [],
    balances: blocks.flatMap((part) => part.balances ?? []),
    dispatch: last('dispatch'),
    expectations: blocks.flatMap((part) => part.expectations ?? []),
    targets: [],
    unsupported: [],
  };
}
