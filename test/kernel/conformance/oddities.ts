/** What goes wrong with packets on their way: cut up, cut off, corrupted. */
import { fragmentPacket } from '../../../cli/lab/packet.ts';
import type { Draw } from './draw.ts';

/**
 * The packets, none longer than `mtu`, that a packet becomes: one, several fragments in whatever order, or a damaged one.
 */
export function framesOf(packet: Uint8Array, asFragments: boolean, mtu: number, draw: Draw): Uint8Array[] {
  if (asFragments || packet.length > mtu) return fragments(packet, mtu, draw);
  if (draw.chance(94)) return [packet];
  const odd = damaged(packet, draw);
  return [odd.length > mtu ? packet : odd];
}

/** Enough for every header in front of a fragment's data. */
const HEADERS = 80;
/** Into how many pieces a packet is cut at most. */
const MOST_PIECES = 7;

function fragments(packet: Uint8Array, mtu: number, draw: Draw): Uint8Array[] {
  const drawn = 8 * draw.weighted([4, 1], [4, 2], [4, 3], [2, draw.integer(1, 12)], [2, 60]);
  const least = 8 * Math.ceil(packet.length / 8 / MOST_PIECES);
  const size = Math.min(Math.max(drawn, least), 8 * Math.floor((mtu - HEADERS - 8) / 8));
  const pieces = fragmentPacket(packet, size, draw.integer(1, 0x7fff_ffff));
  switch (
    draw.weighted([50, 'whole'], [12, 'reversed'], [12, 'lost'], [8, 'again'], [8, 'overlapping'], [10, 'lone'])
  ) {
    case 'reversed':
      return pieces.toReversed();
    case 'lost':
      return pieces.filter((_, index) => index !== pieces.length >> 1);
    case 'again':
      return [...pieces.slice(0, 1), ...pieces];
    case 'overlapping': {
      // The same datagram cut at other places, in between.
      const others = fragmentPacket(packet, size + 8, identificationOf(pieces[0]));
      return [...pieces.slice(0, 1), ...others.slice(1, 2), ...pieces.slice(1)];
    }
    case 'lone':
      return pieces.slice(draw.integer(0, pieces.length - 1)).slice(0, 1);
    default:
      return pieces;
  }
}

/** Of an IPv6 fragment; IPv4 fragments keep their packet's. */
function identificationOf(fragment: Uint8Array | undefined): number {
  if (fragment === undefined || (fragment[0] ?? 0) >> 4 !== 6 || fragment[6] !== 44) return 1;
  return new DataView(fragment.buffer, fragment.byteOffset).getUint32(44);
}

function damaged(packet: Uint8Array, draw: Draw): Uint8Array {
  const bytes = packet.slice();
  const isIpv4 = (bytes[0] ?? 0) >> 4 === 4;
  const header = isIpv4 ? ((bytes[0] ?? 0) & 15) * 4 : 40;
  // What is left of a cut extension header is anybody's guess.
  const isPlain = isIpv4 || ![0, 43, 44, 60].includes(bytes[6] ?? 0);
  switch (draw.weighted([isPlain ? 5 : 0, 'cut'], [5, 'checksum'], [2, 'header checksum'], [2, 'short'])) {
    case 'cut':
      // The IP header tells the truth; the header behind it is not whole.
      // A lone type byte is left out: nftables reads it, the reference misses its code.
      return withLength(bytes.slice(0, header + draw.pick([0, 2, 3, 4, 7, 8, 12, 13, 14, 19])), isIpv4);
    case 'checksum': {
      const at = Math.min(bytes.length - 1, header + draw.pick([3, 7, 17]));
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      return bytes;
    }
    case 'header checksum':
      if (isIpv4) bytes[10] = (bytes[10] ?? 0) ^ 0x55;
      return bytes;
    default:
      // Less in the frame than the header says.
      return bytes.slice(0, Math.max(header, bytes.length - draw.integer(1, 8)));
  }
}

function withLength(bytes: Uint8Array, isIpv4: boolean): Uint8Array {
  const view = new DataView(bytes.buffer);
  if (!isIpv4) {
    view.setUint16(4, bytes.length - 40);
    return bytes;
  }
  const before = view.getUint16(2);
  view.setUint16(2, bytes.length);
  // RFC 1624.
  const sum = (~view.getUint16(10) & 0xffff) + (~before & 0xffff) + bytes.length;
  const folded = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(10, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  return bytes;
}
