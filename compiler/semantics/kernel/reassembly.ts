/**
 * Putting fragments together before connection tracking looks (nf_defrag_ipv4, nf_defrag_ipv6; RFC 791, RFC 8200 section
 * 4.5, RFC 5722: a packet with overlapping fragments is thrown away).
 */
import { concatenate, writeUint16 } from '../packet/bytes.ts';
import { checksumOf } from '../packet/checksum.ts';
import { behindAuthentication, decodePacket } from '../packet/decode.ts';
import { FRAGMENT_HEADER_LENGTH, IPV6_HEADER_LENGTH, fragmentHeaderAt } from '../packet/ipv6.ts';
import { ICMPV6, TCP, UDP, type Packet } from '../packet/packet.ts';
import type { State } from '../state.ts';

interface Piece {
  readonly offset: number;
  readonly packet: Packet;
  readonly data: Uint8Array;
  readonly last: boolean;
}

export interface Reassembly {
  readonly pieces: readonly Piece[];
  /** Milliseconds; what is not whole by then is thrown away. */
  readonly expires: number;
}

export type Reassembled =
  | { readonly kind: 'whole'; readonly packet: Packet; readonly largestFragment: number; readonly state: State }
  | { readonly kind: 'held'; readonly state: State }
  | { readonly kind: 'gone'; readonly why: string; readonly state: State };

/** Defaults of net.ipv4.ipfrag_time and net.netfilter.nf_conntrack_frag6_timeout. */
const TIMEOUT = { 4: 30_000, 6: 60_000 } as const;
const GREATEST_LENGTH = 65535;

export function reassemble(state: State, now: number, packet: Packet, arrivedBy: string): Reassembled {
  const { fragment } = packet;
  if (fragment === undefined) {
    return { kind: 'whole', packet: withoutHeader(packet), largestFragment: packet.length, state };
  }
  // "Discard the first fragment if it does not include all headers", says RFC 8200; Linux lets it go on as it is.
  if (isHeaderCutOff(packet)) return { kind: 'whole', packet, largestFragment: packet.length, state };
  const piece = pieceOf(packet);
  if (piece === undefined) return { kind: 'gone', why: 'a malformed fragment', state };
  const key = keyOf(packet, fragment.identification, arrivedBy);
  const known = state.reassemblies.get(key);
  const waiting =
    known !== undefined && known.expires > now ? known : { pieces: [], expires: now + TIMEOUT[packet.family] };
  const pieces = insert(waiting.pieces, piece);
  if (pieces === 'overlap') {
    return {
      kind: 'gone',
      why: 'fragments overlap',
      state: { ...state, reassemblies: state.reassemblies.delete(key) },
    };
  }
  if (pieces === 'duplicate') return { kind: 'gone', why: 'a fragment came twice', state };
  if (!isWhole(pieces)) {
    const reassemblies = state.reassemblies.set(key, { pieces, expires: waiting.expires });
    return { kind: 'held', state: { ...state, reassemblies } };
  }
  const cleared = { ...state, reassemblies: state.reassemblies.delete(key) };
  const whole = join(pieces);
  if (whole === undefined) return { kind: 'gone', why: 'fragments make a packet that is too long', state: cleared };
  const largestFragment = Math.max(...pieces.map(({ packet: part }) => part.length));
  return { kind: 'whole', packet: whole, largestFragment, state: cleared };
}

function keyOf(packet: Packet, identification: number, arrivedBy: string): string {
  // IPv6 link-local conversations are apart on each link.
  const link = packet.family === 6 && (packet.source ?? 0n) >> 118n === 0x3fan ? arrivedBy : '';
  return [
    packet.family,
    packet.source,
    packet.destination,
    packet.family === 4 ? packet.protocol : '',
    identification,
    link,
  ].join(' ');
}

/** The fragment's own data: behind the IPv4 header, or behind the fragment header. */
function pieceOf(packet: Packet): Piece | undefined {
  const { fragment } = packet;
  if (fragment === undefined) return undefined;
  const data = dataBehindHeader(packet);
  // All but the last end on a boundary of eight bytes.
  if (fragment.more && data.length % 8 !== 0) return undefined;
  if (data.length === 0 || fragment.offset + data.length > GREATEST_LENGTH) return undefined;
  return { offset: fragment.offset, packet, data, last: !fragment.more };
}

function dataBehindHeader({ family, bytes }: Packet): Uint8Array {
  if (family === 4) return bytes.subarray(((bytes[0] ?? 0) & 0x0f) * 4);
  return bytes.subarray((fragmentHeaderAt(bytes) ?? 0) + FRAGMENT_HEADER_LENGTH);
}

/** Without the header of an atomic fragment (RFC 6946), which is a whole packet by itself. */
function withoutHeader(packet: Packet): Packet {
  if (packet.family === 4 || fragmentHeaderAt(packet.bytes) === undefined) return packet;
  return join([{ offset: 0, packet, data: dataBehindHeader(packet), last: true }]) ?? packet;
}

/** Least length of the headers that a first fragment of IPv6 must hold whole. */
const HEADER_LENGTHS: ReadonlyMap<number, number> = new Map([
  [TCP, 20],
  [UDP, 8],
  [ICMPV6, 8],
]);

/** Whether a first fragment of IPv6 ends before the transport header does (RFC 8200, section 4.5). */
function isHeaderCutOff(packet: Packet): boolean {
  const { family, fragment, protocol, transportAt, bytes } = behindAuthentication(packet);
  if (family === 4 || fragment === undefined || fragment.offset > 0 || transportAt === undefined) return false;
  return transportAt + (HEADER_LENGTHS.get(protocol ?? -1) ?? 1) > bytes.length;
}

/**
 * Nothing new, as when a fragment comes twice, is thrown away by itself; what lies partly over what is there takes
 * everything with it. Nothing comes behind the last fragment.
 */
function insert(pieces: readonly Piece[], piece: Piece): readonly Piece[] | 'overlap' | 'duplicate' {
  const end = piece.offset + piece.data.length;
  const last = pieces.find((other) => other.last);
  if (last !== undefined && (piece.last ? end !== endOf(last) : end > endOf(last))) return 'overlap';
  if (piece.last && pieces.some((other) => endOf(other) > end)) return 'overlap';
  for (const run of runsOf(pieces)) {
    if (end <= run.start || piece.offset >= run.end) continue;
    return piece.offset >= run.start && end <= run.end ? 'duplicate' : 'overlap';
  }
  return [...pieces, piece].toSorted((a, b) => a.offset - b.offset);
}

function endOf(piece: Piece): number {
  return piece.offset + piece.data.length;
}

/** Stretches without a gap. `pieces` are in order. */
function runsOf(pieces: readonly Piece[]): { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run?.end === piece.offset) run.end = endOf(piece);
    else runs.push({ start: piece.offset, end: endOf(piece) });
  }
  return runs;
}

function isWhole(pieces: readonly Piece[]): boolean {
  let end = 0;
  for (const piece of pieces) {
    if (piece.offset !== end) return false;
    end = piece.offset + piece.data.length;
  }
  return pieces.at(-1)?.last === true;
}

/** The packet that these fragments are cut from, in any order; undefined where they are not all of one. */
export function joined(fragments: readonly Packet[]): Packet | undefined {
  const [only] = fragments;
  // A host may also send a packet that it had put together as one atomic fragment.
  if (only !== undefined && fragments.length === 1 && only.fragment === undefined) {
    const whole = withoutHeader(only);
    return whole === only ? undefined : whole;
  }
  let pieces: readonly Piece[] = [];
  for (const fragment of fragments) {
    const piece = pieceOf(fragment);
    const inserted = piece === undefined ? 'overlap' : insert(pieces, piece);
    if (typeof inserted === 'string') return undefined;
    pieces = inserted;
  }
  return isWhole(pieces) ? join(pieces) : undefined;
}

/** The packet with the first fragment's headers and all data; undefined where it gets too long. */
function join(pieces: readonly Piece[]): Packet | undefined {
  const first = pieces[0]?.packet;
  if (first === undefined) return undefined;
  const data = pieces.map((piece) => piece.data);
  const header = first.family === 4 ? ipv4Header(first) : ipv6Header(first);
  const bytes = concatenate([header, ...data]);
  if (bytes.length > GREATEST_LENGTH + (first.family === 6 ? IPV6_HEADER_LENGTH : 0)) return undefined;
  if (first.family === 4) {
    writeUint16(bytes, 2, bytes.length);
    writeUint16(bytes, 10, 0);
    writeUint16(bytes, 10, checksumOf(bytes, 0, header.length));
  } else {
    writeUint16(bytes, 4, bytes.length - IPV6_HEADER_LENGTH);
  }
  return decodePacket(bytes, first.family);
}

/** Without the "more fragments" flag; "don't fragment" stays as the fragments had it. */
function ipv4Header(first: Packet): Uint8Array {
  const header = first.bytes.slice(0, ((first.bytes[0] ?? 0) & 0x0f) * 4);
  writeUint16(header, 6, ((header[6] ?? 0) & 0x40) << 8);
  return header;
}

/** Without the fragment header: the header before it names what came behind it. */
function ipv6Header(first: Packet): Uint8Array {
  const at = fragmentHeaderAt(first.bytes) ?? IPV6_HEADER_LENGTH;
  const header = first.bytes.slice(0, at);
  header[lastNextHeaderAt(first, at)] = first.bytes[at] ?? 0;
  return header;
}

function lastNextHeaderAt(packet: Packet, fragmentAt: number): number {
  let place = 6;
  let at = IPV6_HEADER_LENGTH;
  while (at < fragmentAt) {
    place = at;
    at += ((packet.bytes[at + 1] ?? 0) + 1) * 8;
  }
  return place;
}
