/** Packets for a ClassBench set: within the boxes of its rules, or anywhere; and what a plain walk of the rules says of them. */
import { PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import { formatIpv4 } from '../../../compiler/net/address.ts';
import { encodePacket, tcpFlagNames, type Transport } from '../../../cli/lab/packet.ts';
import {
  asksPorts,
  isAnyPort,
  maskOf,
  type ClassbenchRule,
  type MaskedBits,
  type PortRange,
  type Prefix,
} from '../classbench.ts';

/** A packet as ClassBench sees it; a field stands for nothing where the protocol does not have it. */
export interface ClassbenchPacket {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  /** type × 256 + code */
  readonly icmp: number;
}

/** A whole number below `limit`, at most 2³². */
export type Random = (limit: number) => number;

/** Mulberry32 (T. Ettinger, public domain): small, and the same in every run. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const TCP = 6;
const ICMP = 1;
/** What packets that may be anything are of, besides the protocols of the set. */
const COMMON_PROTOCOLS = [ICMP, TCP, 17] as const;
const WITH_PORTS: ReadonlySet<number> = new Set(PROTOCOLS_WITH_PORTS);

/** A packet that meets a rule (and may meet others before it). */
export function packetFor(rule: ClassbenchRule, random: Random): ClassbenchPacket {
  const any = asksPorts(rule) ? PROTOCOLS_WITH_PORTS : COMMON_PROTOCOLS;
  return {
    source: within(rule.source, random),
    destination: within(rule.destination, random),
    protocol: rule.protocol ?? any[random(any.length)]!,
    sourcePort: portIn(rule.sourcePorts, random),
    destinationPort: portIn(rule.destinationPorts, random),
    tcpFlags: bitsFor(rule.tcpFlags, random(0x100)),
    icmp: bitsFor(rule.icmp, random(0x10000)),
  };
}

/** A packet at one edge of a rule's box: one field just inside or just outside, the others within. */
export function packetAtEdge(rule: ClassbenchRule, random: Random): ClassbenchPacket {
  const packet = packetFor(rule, random);
  switch (random(5)) {
    case 0:
      return { ...packet, source: edgeOf(rule.source, random) };
    case 1:
      return { ...packet, destination: edgeOf(rule.destination, random) };
    case 2:
      return { ...packet, sourcePort: portEdge(rule.sourcePorts, random) };
    case 3:
      return { ...packet, destinationPort: portEdge(rule.destinationPorts, random) };
    default:
      return { ...packet, protocol: COMMON_PROTOCOLS[random(3)]!, tcpFlags: random(0x100), icmp: random(0x10000) };
  }
}

/** Any addresses and ports, of a protocol that the set speaks of. */
export function anyPacket(rules: readonly ClassbenchRule[], random: Random): ClassbenchPacket {
  const { protocol } = rules[random(rules.length)]!;
  return {
    source: random(2 ** 32),
    destination: random(2 ** 32),
    protocol: protocol ?? COMMON_PROTOCOLS[random(3)]!,
    sourcePort: random(0x10000),
    destinationPort: random(0x10000),
    tcpFlags: random(0x100),
    icmp: random(0x10000),
  };
}

function within({ address, length }: Prefix, random: Random): number {
  return (address | (random(2 ** 32) & ~maskOf(length))) >>> 0;
}

function edgeOf({ address, length }: Prefix, random: Random): number {
  const last = (address | ~maskOf(length)) >>> 0;
  return [address, last, (address - 1) >>> 0, (last + 1) >>> 0][random(4)]!;
}

function portIn([low, high]: PortRange, random: Random): number {
  return low + random(high - low + 1);
}

function portEdge([low, high]: PortRange, random: Random): number {
  return [low, high, (low - 1) & 0xffff, (high + 1) & 0xffff][random(4)]!;
}

function bitsFor(wanted: MaskedBits | undefined, drawn: number): number {
  return wanted === undefined ? drawn : (drawn & ~wanted.mask) | wanted.value;
}

/** The first rule that a packet meets; undefined: none. */
export function firstMatch(rules: readonly ClassbenchRule[], packet: ClassbenchPacket): ClassbenchRule | undefined {
  const ports = WITH_PORTS.has(packet.protocol);
  return rules.find(
    (rule) =>
      (rule.protocol === undefined || rule.protocol === packet.protocol) &&
      isIn(rule.source, packet.source) &&
      isIn(rule.destination, packet.destination) &&
      (isAnyPort(rule.sourcePorts) || (ports && isBetween(rule.sourcePorts, packet.sourcePort))) &&
      (isAnyPort(rule.destinationPorts) || (ports && isBetween(rule.destinationPorts, packet.destinationPort))) &&
      hasBits(rule.tcpFlags, packet.tcpFlags) &&
      hasBits(rule.icmp, packet.icmp),
  );
}

function isIn({ address, length }: Prefix, value: number): boolean {
  return ((value ^ address) & maskOf(length)) === 0;
}

function isBetween([low, high]: PortRange, port: number): boolean {
  return low <= port && port <= high;
}

function hasBits(wanted: MaskedBits | undefined, bits: number): boolean {
  return wanted === undefined || (bits & wanted.mask) === wanted.value;
}

/** Whether Linux forwards such a packet at all: neither end is an address that no host has, or one of a router's own. */
export function isForwardable({ source, destination }: ClassbenchPacket): boolean {
  return isHost(source) && isHost(destination);
}

function isHost(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224 && !OWN_NETWORKS.some((network) => isIn(network, address));
}

/** The networks of `CLASSBENCH_INTERFACES`, and of the lab's gateways. */
const OWN_NETWORKS: readonly Prefix[] = [
  { address: 0xc000_0200, length: 24 },
  { address: 0xc633_6400, length: 24 },
  { address: 0xa9fe_0000, length: 16 },
];

/** Interfaces of a router for these packets: they come in by `in0` and leave by `out0`, wherever they go. */
export const CLASSBENCH_INTERFACES = [
  { name: 'in0', addresses: ['192.0.2.1/24'] },
  { name: 'out0', addresses: ['198.51.100.1/24'], routes: ['0.0.0.0/0'] },
] as const;

/** The packet as bytes, ending in `id`. */
export function packetBytes(packet: ClassbenchPacket, id: number): Uint8Array {
  const ip = { version: 4, source: formatIpv4(packet.source), destination: formatIpv4(packet.destination) } as const;
  return encodePacket(ip, transportOf(packet), id);
}

function transportOf({ protocol, sourcePort, destinationPort, tcpFlags, icmp }: ClassbenchPacket): Transport {
  switch (protocol) {
    case TCP:
      return {
        protocol: 'tcp',
        sourcePort,
        destinationPort,
        flags: tcpFlagNames.filter((_, bit) => (tcpFlags & (1 << bit)) !== 0),
      };
    case 17:
      return { protocol: 'udp', sourcePort, destinationPort };
    case ICMP:
      return { protocol: 'icmp', type: icmp >> 8, code: icmp & 0xff };
    default: {
      // What begins with ports, begins with them in all protocols that have any.
      const payload = new Uint8Array(20);
      new DataView(payload.buffer).setUint16(0, sourcePort);
      new DataView(payload.buffer).setUint16(2, destinationPort);
      return { protocol, payload };
    }
  }
}
