/** Frames of IPv6 with hop-by-hop options: such as the kernel goes on behind, and such as are nearly so (RFC 8200, section 4.2). */
import { concatenate, writeBigint, writeUint16 } from '../../../compiler/semantics/packet/bytes.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import { addressOf, MACS } from './balance-network.ts';
import type { ArrivingFrame } from './frames.ts';
import { linkHeader } from './outer-headers.ts';

const UDP = 17;
/** Known, and unknown of all four kinds. */
const TYPES = [5, 0xc2, 0x1e, 0x3e, 0x5e, 0x9e, 0xde];

/** Frames to an address and a port of UDP. */
export function framesWithOptions(to: string, port: number, random: Random, many: number): ArrivingFrame[] {
  return Array.from({ length: many }, () => {
    const extension = header(random);
    const udp = new Uint8Array(8);
    writeUint16(udp, 0, 1024 + random(60_000));
    writeUint16(udp, 2, port);
    const ip = new Uint8Array(40);
    ip[0] = 0x60;
    writeUint16(ip, 4, extension.length + udp.length);
    ip[7] = 64;
    writeBigint(ip, 8, 16, addressOf('2001:db8:aa::1') + BigInt(random(2 ** 32)));
    writeBigint(ip, 24, 16, addressOf(to));
    return { in: 'uplink0', bytes: concatenate([linkHeader(MACS['uplink0']!, MACS['lan0']!, 6), ip, extension, udp]) };
  });
}

function header(random: Random): Uint8Array {
  const options = concatenate(Array.from({ length: 1 + random(3) }, () => option(random)));
  const length = Math.ceil((2 + options.length) / 8) * 8;
  const bytes = new Uint8Array(length);
  // What is left at the end are Pad1, or one PadN.
  const left = length - 2 - options.length;
  if (left >= 2 && random(2) === 0) bytes.set([1, left - 2], length - left);
  bytes.set(options, 2);
  bytes[0] = UDP;
  bytes[1] = length / 8 - 1;
  return bytes;
}

function option(random: Random): Uint8Array {
  const kind = random(10);
  if (kind < 2) return new Uint8Array(1 + random(9));
  if (kind < 6) {
    const padding = new Uint8Array(2 + random(8));
    padding[0] = 1;
    padding[1] = padding.length - 2;
    if (random(6) === 0) padding[padding.length - 1] = 1;
    return padding;
  }
  const length = random(random(5) === 0 ? 40 : 5);
  const bytes = new Uint8Array(2 + length).fill(random(256), 2);
  bytes[0] = random(3) === 0 ? TYPES[random(TYPES.length)]! : TYPES[random(4)]!;
  // Now and then one that ends behind the header.
  bytes[1] = random(12) === 0 ? length + 1 + random(20) : length;
  return bytes;
}
