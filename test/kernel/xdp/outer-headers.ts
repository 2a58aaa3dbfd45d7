/** The frame in which a packet goes to a backend, written from the standards (RFC 791, 2003, 2473, 2784, 8200). */
import { addressOf } from './balance-network.ts';

export interface Outer {
  readonly by: 'ipip' | 'gre' | 'direct';
  /** Of the backend. */
  readonly family: 4 | 6;
  readonly source: bigint;
  readonly destination: bigint;
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** Of the packet inside, and its length in bytes. */
  readonly innerFamily: 4 | 6;
  readonly innerLength: number;
}

const VERSION = { 4: [0x08, 0x00], 6: [0x86, 0xdd] } as const;
const PROTOCOL = { 4: 4, 6: 41 } as const;
const GRE = 47;

export function outerHeaders(outer: Outer): Buffer {
  const { by, family, innerFamily, innerLength } = outer;
  if (by === 'direct') return Buffer.alloc(0);
  const gre = by === 'gre' ? Buffer.from([0, 0, ...VERSION[innerFamily]]) : Buffer.alloc(0);
  const protocol = by === 'gre' ? GRE : PROTOCOL[innerFamily];
  const inside = gre.length + innerLength;
  return Buffer.concat([family === 4 ? ipv4Header(outer, protocol, inside) : ipv6Header(outer, protocol, inside), gre]);
}

function ipv4Header({ source, destination, trafficClass }: Outer, protocol: number, inside: number): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header[1] = trafficClass;
  header.writeUInt16BE(20 + inside, 2);
  header[6] = 0x40;
  header[8] = 64;
  header[9] = protocol;
  header.writeUInt32BE(Number(source), 12);
  header.writeUInt32BE(Number(destination), 16);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  header.writeUInt16BE(sum ^ 0xffff, 10);
  return header;
}

function ipv6Header({ source, destination, trafficClass, flowLabel }: Outer, protocol: number, inside: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32BE(6 * 2 ** 28 + trafficClass * 2 ** 20 + flowLabel, 0);
  header.writeUInt16BE(inside, 4);
  header[6] = protocol;
  header[7] = 64;
  for (const [at, address] of [
    [8, source],
    [24, destination],
  ] as const) {
    header.writeBigUInt64BE(address >> 64n, at);
    header.writeBigUInt64BE(BigInt.asUintN(64, address), at + 8);
  }
  return header;
}

/** Ethernet without a tag. */
export function linkHeader(to: string, from: string, family: 4 | 6): Buffer {
  return Buffer.from([...macBytes(to), ...macBytes(from), ...VERSION[family]]);
}

/** The frame's own link header, tags included, in front of another family. */
export function sameLink(link: Uint8Array, family: 4 | 6): Buffer {
  return Buffer.from([...link.subarray(0, link.length - 2), ...VERSION[family]]);
}

export function macBytes(mac: string): number[] {
  return mac.split(':').map((byte) => Number.parseInt(byte, 16));
}

export function sourceOf(text: string | undefined): bigint {
  return text === undefined ? 0n : addressOf(text);
}
