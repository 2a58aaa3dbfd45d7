/**
 * ClassBench filter sets as policies (D. E. Taylor, J. S. Turner, "ClassBench: A Packet Classification Benchmark", 2007), as
 * NeuroCuts published them: IPv4, one filter a line, the first that matches stands.
 *
 *     @src/len  dst/len  sport : sport  dport : dport  proto/mask  flags/mask
 *
 * What the lines leave open is settled here, for every test and benchmark alike:
 *
 * - **Verdicts.** There are none in a line, so they are dealt: see `dealVerdicts`. What no line matches is dropped.
 * - **Ports** of 0 to 65535 say nothing. Any others are met by packets that have ports, whatever their protocol.
 * - **Flags** are the 16 bits behind the ports as each protocol has them. TCP: the upper byte is the header's flags, for
 *   `0x0200/0x1200` is the SYN without ACK that opens a connection; the lower byte is never asked for. ICMP: type and code
 *   (`0x0800/0xff00` is an echo request). Elsewhere they are never asked for.
 * - **Protocols** of fw2 and fw4 are numbered by their place in a list: ports are asked of 1, 2, 7 and 8, which have none.
 *   Each such number is read as one that has ports and does not occur in the set, so that the set stays as hard as it is.
 */
import { PROTOCOLS_WITH_PORTS, TCP_FLAGS } from '../../compiler/model/fields.ts';
import { formatIpv4, parseIpv4Prefix } from '../../compiler/net/address.ts';
import { protocolName } from '../../compiler/model/protocols.ts';

export interface Prefix {
  readonly address: number;
  readonly length: number;
}

/** Both ends included. */
export type PortRange = readonly [low: number, high: number];

/** Bits that are looked at, and what they must be. */
export interface MaskedBits {
  readonly value: number;
  readonly mask: number;
}

export interface ClassbenchRule {
  readonly source: Prefix;
  readonly destination: Prefix;
  readonly sourcePorts: PortRange;
  readonly destinationPorts: PortRange;
  /** Undefined: any. */
  readonly protocol: number | undefined;
  /** Of a rule for TCP, the flags as in the header's flag byte; undefined: any. */
  readonly tcpFlags: MaskedBits | undefined;
  /** Of a rule for ICMP, type × 256 + code; undefined: any. */
  readonly icmp: MaskedBits | undefined;
  readonly verdict: 'allow' | 'drop';
}

/** The twelve seeds of ClassBench: access lists, firewalls, chains of iptables. */
export const CLASSBENCH_SEEDS = [
  'acl1',
  'acl2',
  'acl3',
  'acl4',
  'acl5',
  'fw1',
  'fw2',
  'fw3',
  'fw4',
  'fw5',
  'ipc1',
  'ipc2',
] as const;

/** Where a set lies in the folder of shared data. */
export function classbenchPath(seed: string, size: '1k' | '10k'): string {
  return `data/classbench/${seed}_${size}.gz`;
}

export const ALL_PORTS: PortRange = [0, 65_535];
const TCP = 6;
const ICMP = 1;

type UndealtRule = Omit<ClassbenchRule, 'verdict'>;

/** The rules of a set, in order, with verdicts dealt from `seed`. Throws with the line where one cannot be read. */
export function readClassbench(text: string, seed = 1): ClassbenchRule[] {
  const rules = withPorts(text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [readLine(line)])));
  const verdicts = dealVerdicts(rules.length, seed);
  return rules.map((rule, index) => ({ ...rule, verdict: verdicts[index]! }));
}

/**
 * So many verdicts, drawn by the generator x ← 1664525·x + 1013904223 mod 2³² (Numerical Recipes) from x = `seed`: `allow`
 * where the highest bit of a draw is 0. Half of each, and no pattern that merging could use.
 */
function dealVerdicts(count: number, seed: number): ClassbenchRule['verdict'][] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state < 0x8000_0000 ? 'allow' : 'drop';
  });
}

const LINE =
  /^@(\S+)\t(\S+)\t(\d+) : (\d+)\t(\d+) : (\d+)\t0x([\da-f]+)\/0x(00|ff)(?:\t0x([\da-f]+)\/0x([\da-f]+))?\s*$/i;

function readLine(line: string): UndealtRule {
  const parts = LINE.exec(line);
  if (parts === null) throw new Error(`no line of ClassBench: ${line}`);
  const [, source = '', destination = '', ...numbers] = parts;
  const [lowSource, highSource, lowDestination, highDestination] = numbers.slice(0, 4).map(Number);
  const [number, mask = 0, value = 0, flagMask = 0] = numbers
    .slice(4)
    .map((digits = '0') => Number.parseInt(digits, 16));
  const protocol = mask === 0 ? undefined : number!;
  const bits = { value: value & flagMask, mask: flagMask };
  const known = protocol === TCP ? 0xff00 : protocol === ICMP ? 0xffff : 0;
  if ((flagMask & ~known) !== 0) throw new Error(`flags that mean nothing: ${line}`);
  return {
    source: prefix(source),
    destination: prefix(destination),
    sourcePorts: [lowSource!, highSource!],
    destinationPorts: [lowDestination!, highDestination!],
    protocol,
    tcpFlags: protocol === TCP && flagMask !== 0 ? { value: bits.value >> 8, mask: bits.mask >> 8 } : undefined,
    icmp: protocol === ICMP && flagMask !== 0 ? bits : undefined,
  };
}

function prefix(text: string): Prefix {
  const parsed = parseIpv4Prefix(text);
  if (parsed === undefined) throw new Error(`no prefix: ${text}`);
  const { address, length } = parsed;
  return { address: (address & maskOf(length)) >>> 0, length };
}

/** The bits of a prefix of this length, as a signed number. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length);
}

export function isAnyPort([low, high]: PortRange): boolean {
  return low === ALL_PORTS[0] && high === ALL_PORTS[1];
}

/** Whether the rule asks for a port at either end. */
export function asksPorts(rule: Pick<ClassbenchRule, 'sourcePorts' | 'destinationPorts'>): boolean {
  return !isAnyPort(rule.sourcePorts) || !isAnyPort(rule.destinationPorts);
}

/** Protocols that ports are asked of, and that have none, read as others that have; see above. */
function withPorts(rules: readonly UndealtRule[]): UndealtRule[] {
  const known: ReadonlySet<number> = new Set(PROTOCOLS_WITH_PORTS);
  const used = new Set(rules.map(({ protocol }) => protocol));
  const portless = rules.flatMap((rule) =>
    rule.protocol !== undefined && asksPorts(rule) && !known.has(rule.protocol) ? [rule.protocol] : [],
  );
  const free = PROTOCOLS_WITH_PORTS.filter((protocol) => !used.has(protocol));
  const toRename = [...new Set(portless)].toSorted((a, b) => a - b);
  if (toRename.length > free.length) throw new Error('more protocols with ports than there are');
  const renamed = new Map(toRename.map((from, index) => [from, free[index]!]));
  return rules.map((rule) => ({ ...rule, protocol: renamed.get(rule.protocol ?? -1) ?? rule.protocol }));
}

/**
 * The set as a policy of one stateless filter. With `reserve` it has a target whose plane may use 16 mark bits; without, a
 * plan must do without any. `xdp`: the interfaces of a target that has it at XDP.
 */
export function classbenchPolicy(
  rules: readonly ClassbenchRule[],
  { reserve = false, xdp = [] }: { readonly reserve?: boolean; readonly xdp?: readonly string[] } = {},
): string {
  const planes = [
    ...(xdp.length > 0 ? [`xdp on ${xdp.join(', ')}`] : []),
    ...(reserve ? ['marks reserve 0x00ffff00', 'nftables'] : []),
  ];
  const target = planes.length > 0 ? `target router {\n  ${planes.join('\n  ')}\n}\n` : '';
  const lines = rules.map((rule) => `  ${[rule.verdict, ...clausesOf(rule)].join(' ')}\n`);
  return `filter forward stateless default drop {\n  essential off\n${lines.join('')}}\n${target}`;
}

/** The set as a `mitigate` at XDP. */
export function classbenchXdpPolicy(rules: readonly ClassbenchRule[], name: string): string {
  const lines = rules.map((rule) => `  ${[rule.verdict, ...clausesOf(rule)].join(' ')}\n`);
  return `zone uplink = ${name}\nmitigate in uplink {\n${lines.join('')}}\ntarget router {\n  xdp on ${name}\n}\n`;
}

/** The set as the `mitigate` of a host behind a NIC of an architecture of P4. */
export function classbenchNicPolicy(rules: readonly ClassbenchRule[], architecture: string): string {
  const lines = rules.map((rule) => `  ${[rule.verdict, ...clausesOf(rule)].join(' ')}\n`);
  const target = `target router {\n  p4 ${architecture} on eth0\n  nftables\n}\n`;
  return `zone uplink = eth0\nmitigate in uplink {\n${lines.join('')}}\n${target}`;
}

function clausesOf(rule: ClassbenchRule): string[] {
  const { source, destination, protocol, tcpFlags, icmp } = rule;
  const ends = [...endpoint('from', source, rule.sourcePorts), ...endpoint('to', destination, rule.destinationPorts)];
  // Without an address, a rule would be for IPv6, too.
  const family = source.length === 0 && destination.length === 0 && icmp === undefined ? ['ipv4'] : [];
  return [...family, ...protocolClause(protocol, tcpFlags, icmp), ...ends];
}

/** `from 10.0.0.0/8 port 1-1023` as clauses; none where it may be anything. */
export function endpoint(side: 'from' | 'to', { address, length }: Prefix, [low, high]: PortRange): string[] {
  const ports = isAnyPort([low, high]) ? [] : ['port', low === high ? `${low}` : `${low}-${high}`];
  if (length === 0 && ports.length === 0) return [];
  return [side, length === 0 ? 'any' : prefixText({ address, length }), ...ports];
}

/** `192.0.2.1`, `192.0.2.0/24` */
export function prefixText({ address, length }: Prefix): string {
  return length === 32 ? formatIpv4(address) : `${formatIpv4(address)}/${length}`;
}

function protocolClause(
  protocol: number | undefined,
  tcpFlags: MaskedBits | undefined,
  icmp: MaskedBits | undefined,
): string[] {
  if (protocol === undefined) return [];
  if (tcpFlags !== undefined) return [`tcp flags ${flagNames(tcpFlags.value)}/${flagNames(tcpFlags.mask)}`];
  if (icmp === undefined) return [protocol === ICMP ? `proto ${ICMP}` : protocolName(protocol)];
  const type = icmp.value >> 8;
  return [`icmp4 ${icmp.mask === 0xffff ? `${type}/${icmp.value & 0xff}` : type}`];
}

function flagNames(bits: number): string {
  const names = Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]));
  return names.join('+') || 'none';
}
