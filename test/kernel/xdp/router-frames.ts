/** Frames for a router's filters: as those for rules of `mitigate`, most of them such that the kernel would take them in. */
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import type { Program } from '../../../compiler/4-program/program.ts';
import { byteAt, uint16At, writeBigint, writeUint16 } from '../../../compiler/semantics/packet/bytes.ts';
import { checksumOf } from '../../../compiler/semantics/packet/checksum.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import { FrameSource, type Anywhere, type ArrivingFrame } from './frames.ts';
import { macOf } from './router-network.ts';

/** Of hosts behind all interfaces, of this host, of everybody and nobody. */
const ANYWHERE: Anywhere = {
  4: addresses(
    '198.51.100.7 10.1.2.3 10.128.0.9 192.0.2.9 203.0.113.240 8.8.8.8 192.0.2.70 203.0.113.5',
    '198.51.100.1 10.0.0.255 224.0.0.1 255.255.255.255 0.0.0.0 203.0.113.70 203.0.113.130',
  ),
  6: addresses(
    '2001:db8:100::7 2001:db8:a01::5 2001:db8:c::5 2001:db8:d::9 2001:db8:5::5 2600::1',
    '2001:db8:d:0:8000::5 2001:db8:a::1 ff02::1 fe80::5 :: 2001:db8:ffff:8000::1',
  ),
};

function addresses(...lines: readonly string[]): bigint[] {
  return lines.flatMap((line) => line.split(' ').map((text) => BigInt(parseIpv4(text) ?? parseIpv6(text)!)));
}

const IPV4 = 0x0800;
const TAGS: ReadonlySet<number | undefined> = new Set([0x8100, 0x88a8]);

export function drawRouterFrames(
  program: Program,
  interfaces: readonly string[],
  random: Random,
  least: number,
): ArrivingFrame[] {
  return new FrameSource(program, interfaces, random, ANYWHERE).draw(least).map((frame) => asSent(frame, random));
}

/** Addressed to the interface, and with a right checksum; at times not. */
function asSent({ in: name, bytes: drawn }: ArrivingFrame, random: Random): ArrivingFrame {
  const bytes = drawn.slice();
  if (random(100) < 95) writeBigint(bytes, 0, 6, macOf(name));
  else bytes[0] = random(256);
  let at = 12;
  while (at < 20 && TAGS.has(uint16At(bytes, at))) at += 4;
  if (uint16At(bytes, at) === IPV4 && random(100) < 97) repairChecksum(bytes, at + 2);
  return { in: name, bytes };
}

function repairChecksum(bytes: Uint8Array, at: number): void {
  const length = ((byteAt(bytes, at) ?? 0) & 0x0f) * 4;
  if (length < 20 || at + length > bytes.length) return;
  writeUint16(bytes, at + 10, 0);
  writeUint16(bytes, at + 10, checksumOf(bytes, at, at + length));
}
