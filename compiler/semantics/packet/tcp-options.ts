/** The options of a TCP header (RFC 9293, section 3.1). */
import { byteAt } from './bytes.ts';
import type { Packet } from './packet.ts';

export interface TcpOption {
  readonly kind: number;
  /** Where the option starts, and how long it is, its kind and length included. */
  readonly at: number;
  readonly length: number;
}

const END = 0;
const NO_OPERATION = 1;

export const MAXIMUM_SEGMENT_SIZE = 2;
export const WINDOW_SCALE = 3;
export const SELECTIVE_PERMITTED = 4;
export const SELECTIVE_ACKNOWLEDGEMENT = 5;

const HEADER_LENGTH = 20;

/** One after another, up to the end of the list or the first that makes no sense. Paddings are left out. */
export function* tcpOptions(packet: Packet): Generator<TcpOption> {
  if (packet.tcp === undefined || packet.transportAt === undefined) return;
  const end = packet.transportAt + packet.tcp.headerLength;
  let at = packet.transportAt + HEADER_LENGTH;
  while (at < end) {
    const kind = byteAt(packet.bytes, at);
    if (kind === undefined || kind === END) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = byteAt(packet.bytes, at + 1) ?? 0;
    if (length < 2 || at + length > end) return;
    yield { kind, at, length };
    at += length;
  }
}
