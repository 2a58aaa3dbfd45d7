/** Ethernet frames with up to two VLAN tags (IEEE 802.1Q, 802.1ad). */
import { bigintAt, concatenate, uint16At, writeBigint, writeUint16 } from './bytes.ts';
import { decodePacket } from './decode.ts';
import type { Packet } from './packet.ts';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const ETHERTYPE_SERVICE_VLAN = 0x88a8;

/** A tag: bits 0-11 of `control` are the VLAN's number. */
export interface VlanTag {
  readonly etherType: number;
  readonly control: number;
}

export interface Frame {
  /** 48 bits each; undefined where the frame is cut off. */
  readonly destination: bigint | undefined;
  readonly source: bigint | undefined;
  /** Outermost first. */
  readonly tags: readonly VlanTag[];
  /** Behind the tags. */
  readonly etherType: number | undefined;
  /** The IP packet in it, if it carries one. */
  readonly packet: Packet | undefined;
}

export function decodeFrame(bytes: Uint8Array): Frame {
  const tags: VlanTag[] = [];
  let at = 12;
  let etherType = uint16At(bytes, at);
  while (tags.length < 2 && (etherType === ETHERTYPE_VLAN || etherType === ETHERTYPE_SERVICE_VLAN)) {
    const control = uint16At(bytes, at + 2);
    if (control === undefined) break;
    tags.push({ etherType, control });
    at += 4;
    etherType = uint16At(bytes, at);
  }
  const carried = bytes.subarray(at + 2);
  return {
    destination: bigintAt(bytes, 0, 6),
    source: bigintAt(bytes, 6, 6),
    tags,
    etherType,
    packet:
      etherType === ETHERTYPE_IPV4
        ? decodePacket(carried, 4)
        : etherType === ETHERTYPE_IPV6
          ? decodePacket(carried, 6)
          : undefined,
  };
}

/** The frame around a packet. */
export function frameOf(packet: Packet, source = 0n, destination = 0n, tags: readonly VlanTag[] = []): Frame {
  const etherType = packet.family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
  return { source, destination, tags, etherType, packet };
}

/** The frame's bytes; what it carries that is no IP packet is not kept. */
export function encodeFrame(frame: Frame): Uint8Array {
  const header = new Uint8Array(14 + 4 * frame.tags.length);
  writeBigint(header, 0, 6, frame.destination ?? 0n);
  writeBigint(header, 6, 6, frame.source ?? 0n);
  let at = 12;
  for (const tag of frame.tags) {
    writeUint16(header, at, tag.etherType);
    writeUint16(header, at + 2, tag.control);
    at += 4;
  }
  writeUint16(header, at, frame.etherType ?? 0);
  return concatenate([header, frame.packet?.bytes ?? new Uint8Array(0)]);
}

/** The number of the outermost VLAN that the frame is tagged with. */
export function vlanOf(frame: Frame): number | undefined {
  const tag = frame.tags[0];
  return tag === undefined ? undefined : tag.control & 0x0fff;
}
