/** IPv6 headers and extension headers (RFC 8200). */
import { bigintAt, byteAt, uint16At, uint32At } from './bytes.ts';
import type { Fragment, IpOptions, Packet } from './packet.ts';
import { decodeTransport } from './transport.ts';

export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
const AUTHENTICATION = 51;
export const NO_NEXT_HEADER = 59;
export const DESTINATION_OPTIONS = 60;

export const IPV6_HEADER_LENGTH = 40;
export const FRAGMENT_HEADER_LENGTH = 8;
export const IPV6_SOURCE_AT = 8;
export const IPV6_DESTINATION_AT = 24;

/**
 * Reads bytes from an IPv6 header on. The authentication header (RFC 4302) is a protocol here, as it is in IPv4: rules
 * speak of `ah`, and what stands behind it is out of their sight. `throughAuthentication` looks on behind it.
 */
export function decodeIpv6(received: Uint8Array, throughAuthentication = false): Packet {
  const declared = declaredLength(received);
  const version = (byteAt(received, 0) ?? 0) >> 4;
  const isWhole = received.length >= IPV6_HEADER_LENGTH && declared !== undefined && declared <= received.length;
  const wellFormed = version === 6 && isWhole;
  const bytes = wellFormed ? received.subarray(0, declared) : received;
  const chain = followChain(bytes, throughAuthentication);
  const word = uint16At(bytes, 0);
  return {
    bytes,
    family: 6,
    wellFormed,
    source: bigintAt(bytes, IPV6_SOURCE_AT, 16),
    destination: bigintAt(bytes, IPV6_DESTINATION_AT, 16),
    length: declared ?? bytes.length,
    ttl: byteAt(bytes, 7),
    dscp: word === undefined ? undefined : (word >> 6) & 0x3f,
    dontFragment: true,
    options: chain.options,
    protocol: chain.protocol,
    fragment: chain.fragment,
    transportAt: chain.transportAt,
    ...decodeTransport(bytes, chain.protocol, chain.transportAt),
  };
}

/** As the header tells; of a jumbogram (RFC 2675), whose length an option has, everything there is. */
function declaredLength(bytes: Uint8Array): number | undefined {
  const payloadLength = uint16At(bytes, 4);
  if (payloadLength === 0 && byteAt(bytes, 6) === HOP_BY_HOP) return bytes.length;
  return payloadLength === undefined ? undefined : IPV6_HEADER_LENGTH + payloadLength;
}

interface Chain {
  readonly protocol: number | undefined;
  readonly transportAt: number | undefined;
  readonly fragment: Fragment | undefined;
  readonly options: IpOptions;
}

/** Walks the extension headers to the transport header, or to a later fragment's data. */
function followChain(bytes: Uint8Array, throughAuthentication: boolean): Chain {
  let next = byteAt(bytes, 6);
  let at = IPV6_HEADER_LENGTH;
  let fragment: Fragment | undefined;
  let options: IpOptions = { types: [], wellFormed: true };
  const walked = throughAuthentication ? EXTENSIONS_AND_AUTHENTICATION : EXTENSIONS;
  while (next !== undefined && walked.has(next)) {
    const header = next;
    if (header === FRAGMENT) {
      const word = uint16At(bytes, at + 2);
      const identification = uint32At(bytes, at + 4);
      next = word === undefined || identification === undefined ? undefined : byteAt(bytes, at);
      if (word === undefined || identification === undefined) break;
      const offset = word & 0xfff8;
      // A fragment header with offset 0 and no more to come is an atomic fragment (RFC 6946): whole by itself.
      if (offset > 0 || (word & 1) !== 0) fragment = { offset, more: (word & 1) !== 0, identification };
      at += 8;
      if (offset > 0) {
        const protocol = next !== undefined && EXTENSIONS_AND_AUTHENTICATION.has(next) ? undefined : next;
        return { protocol, transportAt: undefined, fragment, options };
      }
      continue;
    }
    const length = extensionLength(bytes, at, header);
    if (length === undefined) {
      const cut = header === HOP_BY_HOP && at === IPV6_HEADER_LENGTH ? { ...options, wellFormed: false } : options;
      return { protocol: undefined, transportAt: undefined, fragment, options: cut };
    }
    if (header === HOP_BY_HOP && at === IPV6_HEADER_LENGTH) {
      options = hopByHopOptions(bytes.subarray(at + 2, at + length), at + length <= bytes.length);
    }
    // What comes next is known even where the header itself is cut off.
    next = byteAt(bytes, at);
    at += length;
  }
  return { protocol: next, transportAt: next === undefined ? undefined : at, fragment, options };
}

/** Where the fragment header starts, behind the headers before it; undefined where there is none. */
export function fragmentHeaderAt(bytes: Uint8Array): number | undefined {
  let next = byteAt(bytes, 6);
  let at = IPV6_HEADER_LENGTH;
  while (next !== undefined && next !== FRAGMENT) {
    const length = isExtension(next) ? extensionLength(bytes, at, next) : undefined;
    if (length === undefined) return undefined;
    next = byteAt(bytes, at);
    at += length;
  }
  return next === FRAGMENT && at + FRAGMENT_HEADER_LENGTH <= bytes.length ? at : undefined;
}

const EXTENSIONS = new Set([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS]);
/**
 * What Linux looks behind for the protocol, which in a later fragment is not there: such a fragment has none (ipv6_find_hdr;
 * neither nft's `meta l4proto` nor `ip6tables -p` says anything of it).
 */
const EXTENSIONS_AND_AUTHENTICATION = new Set([...EXTENSIONS, AUTHENTICATION]);

function isExtension(header: number): boolean {
  return EXTENSIONS.has(header);
}

/** In bytes: counted in eights behind the first eight, but for the authentication header in fours, less two. */
function extensionLength(bytes: Uint8Array, at: number, header: number): number | undefined {
  const units = byteAt(bytes, at + 1);
  if (units === undefined) return undefined;
  return header === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
}

const PAD_N = 1;
const MOST_PADDING = 7;

/** The options of a hop-by-hop header, up to where they make no sense (RFC 8200, section 4.2). */
function hopByHopOptions(options: Uint8Array, isWhole: boolean): IpOptions {
  const types: number[] = [];
  if (!isWhole) return { types, wellFormed: false };
  let padding = 0;
  for (let at = 0; at < options.length;) {
    const type = options[at] ?? 0;
    const length = type === 0 ? 1 : 2 + (options[at + 1] ?? Infinity);
    if (at + length > options.length) return { types, wellFormed: false };
    padding = type === 0 || type === PAD_N ? padding + length : 0;
    // Padding only fills up to a multiple of eight, with zeros (RFC 4942, section 2.1.9.5); Linux insists on both.
    const isOdd = type === PAD_N && options.subarray(at + 2, at + length).some((byte) => byte !== 0);
    if (padding > MOST_PADDING || isOdd) return { types, wellFormed: false };
    if (type !== 0 && type !== PAD_N) types.push(type);
    at += length;
  }
  return { types, wellFormed: true };
}
