/** Frames for a NIC's rules, and for what hosts answer or forward in ways of their own. */
import { parseIpv4, parseIpv6 } from '../../compiler/net/address.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import { FrameSource, type Anywhere, type ArrivingFrame } from '../kernel/xdp/frames.ts';
import type { Random } from './classbench/packets.ts';

/** Of hosts, of groups and everybody on a link and beyond it, of nobody. */
const ANYWHERE: Anywhere = {
  4: addresses('10.1.2.3 203.0.113.5 8.8.8.8 198.51.100.7 255.255.255.255 224.0.0.251 239.255.255.250 0.0.0.0'),
  6: addresses('2001:db8::1 2600::1 2001:db8:5::5 fe80::5 ff02::fb ff05::2 ff0e::1 ::'),
};

function addresses(line: string): bigint[] {
  return line.split(' ').map((text) => BigInt(parseIpv4(text) ?? parseIpv6(text)!));
}

export function drawNicFrames(
  program: Program,
  interfaces: readonly string[],
  random: Random,
  least: number,
): ArrivingFrame[] {
  return new FrameSource(program, interfaces, random, ANYWHERE).draw(least);
}
