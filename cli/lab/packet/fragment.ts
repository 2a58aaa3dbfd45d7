/** Cutting a packet into fragments (RFC 791, section 2.3; RFC 8200, section 4.5). */
import { internetChecksum } from './checksum.ts';
import { concatenate } from './layers.ts';

/**
 * Fragments of an IP packet, each with at most `size` bytes (a multiple of 8) of what is cut up, first one first.
 * An IPv4 packet keeps its identification; an IPv6 packet gets `identification` in fragment headers that stand behind
 * its hop-by-hop and routing headers.
 */
export function fragmentPacket(packet: Uint8Array, size: number, identification = 1): Uint8Array[] {
  if (size < 8 || size % 8 !== 0) throw new Error(`a fragment's size must be a multiple of 8, not ${size}`);
  return (packet[0] ?? 0) >> 4 === 6 ? fragmentIpv6(packet, size, identification) : fragmentIpv4(packet, size);
}

function fragmentIpv4(packet: Uint8Array, size: number): Uint8Array[] {
  const headerLength = ((packet[0] ?? 0) & 15) * 4;
  return cut(packet.subarray(headerLength), size).map(({ offset, more, bytes }) => {
    const fragment = concatenate(packet.subarray(0, headerLength), bytes);
    const view = new DataView(fragment.buffer);
    view.setUint16(2, fragment.length);
    view.setUint16(6, (view.getUint16(6) & 0xc000) | (more ? 0x2000 : 0) | (offset / 8));
    view.setUint16(10, 0);
    view.setUint16(10, internetChecksum(fragment.subarray(0, headerLength)));
    return fragment;
  });
}

function fragmentIpv6(packet: Uint8Array, size: number, identification: number): Uint8Array[] {
  const { at, nextAt } = unfragmentablePart(packet);
  const head = packet.slice(0, at);
  const next = head[nextAt] ?? 59;
  head[nextAt] = 44;
  return cut(packet.subarray(at), size).map(({ offset, more, bytes }) => {
    const header = new Uint8Array(8);
    const headerView = new DataView(header.buffer);
    header[0] = next;
    headerView.setUint16(2, offset | (more ? 1 : 0));
    headerView.setUint32(4, identification);
    const fragment = concatenate(head, header, bytes);
    new DataView(fragment.buffer).setUint16(4, fragment.length - 40);
    return fragment;
  });
}

/** Where the part begins that may be cut, and where the number of its first header stands. */
function unfragmentablePart(packet: Uint8Array): { at: number; nextAt: number } {
  let at = 40;
  let nextAt = 6;
  while (packet[nextAt] === 0 || packet[nextAt] === 43) {
    nextAt = at;
    at += ((packet[at + 1] ?? 0) + 1) * 8;
  }
  return { at, nextAt };
}

function cut(bytes: Uint8Array, size: number): { offset: number; more: boolean; bytes: Uint8Array }[] {
  const pieces = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    pieces.push({ offset, more: offset + size < bytes.length, bytes: bytes.subarray(offset, offset + size) });
  }
  return pieces;
}
