/** ICMP and ICMPv6 as connection tracking sees them (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c, Linux 6.18). */
import { inverted, type FoundFlow } from '../flows.ts';
import type { Journey } from '../journey.ts';
import { byteAt } from '../packet/bytes.ts';
import { behindAuthentication, decodePacket } from '../packet/decode.ts';
import { ICMP, ICMPV6, type Packet } from '../packet/packet.ts';
import { findFlow } from './expiry.ts';
import { tupleOfPacket } from './tuples.ts';

/** Beyond the last type that RFC 950 and its time knew. */
const GREATEST_KNOWN_TYPE = 18;
/** Destination unreachable, source quench, redirect, time exceeded, parameter problem. */
const ICMP4_ERRORS = new Set([3, 4, 5, 11, 12]);
/** MLD, neighbour and router discovery, multicast router discovery: nobody's flows. */
const ICMP6_UNTRACKED = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152]);
const ICMP6_REDIRECT = 137;
const FIRST_INFORMATIONAL = 128;

/** Queries that begin a flow; their replies only continue one. */
const ICMP4_QUERIES = new Set([8, 13, 15, 17]);
const ICMP6_QUERIES = new Set([128, 139]);

export type IcmpTracking =
  | { readonly kind: 'untracked' }
  | { readonly kind: 'invalid' }
  | ({ readonly kind: 'related' } & FoundFlow)
  /** To be looked up as a flow of its own. */
  | { readonly kind: 'query' };

/** What a message is before any flow is looked up. Its checksum has been judged. */
export function classifyIcmp(packet: Packet, journey: Journey): IcmpTracking {
  const { icmp, payloadAt } = packet;
  if (icmp === undefined || payloadAt === undefined) return { kind: 'invalid' };
  if (packet.family === 4) {
    if (icmp.type > GREATEST_KNOWN_TYPE) return { kind: 'invalid' };
    return ICMP4_ERRORS.has(icmp.type) ? relatedTo(packet, payloadAt, journey) : { kind: 'query' };
  }
  if (ICMP6_UNTRACKED.has(icmp.type)) return { kind: 'untracked' };
  if (icmp.type === ICMP6_REDIRECT && icmp.code === 0) return redirected(packet, payloadAt, journey);
  return icmp.type < FIRST_INFORMATIONAL ? relatedTo(packet, payloadAt, journey) : { kind: 'query' };
}

/**
 * The flow whose packet an error carries. The error goes the other way, to the end that its flow's packets in that
 * direction go to; one for somebody else is a forgery.
 */
function relatedTo(packet: Packet, embeddedAt: number, journey: Journey): IcmpTracking {
  const embedded = behindAuthentication(decodePacket(packet.bytes.subarray(embeddedAt), packet.family));
  const tuple = tupleOfPacket(embedded);
  const turned = tuple === undefined ? undefined : inverted(tuple);
  const found = turned === undefined ? undefined : findFlow(journey, turned);
  if (turned === undefined || found === undefined || packet.destination !== turned.destination) {
    return { kind: 'invalid' };
  }
  return { kind: 'related', ...found };
}

const NEIGHBOUR_HOP_LIMIT = 255;
const LINK_LOCAL = 0x3fan;
const REDIRECTED_HEADER = 4;

/** A neighbour's redirect (RFC 4861, section 4.5), with the redirected packet in its first option. */
function redirected(packet: Packet, payloadAt: number, journey: Journey): IcmpTracking {
  const optionAt = payloadAt + 32;
  const fromNeighbour = packet.ttl === NEIGHBOUR_HOP_LIMIT && (packet.source ?? 0n) >> 118n === LINK_LOCAL;
  if (!fromNeighbour || byteAt(packet.bytes, optionAt + 1) === undefined || byteAt(packet.bytes, optionAt + 1) === 0) {
    return { kind: 'invalid' };
  }
  if (byteAt(packet.bytes, optionAt) !== REDIRECTED_HEADER) return { kind: 'query' };
  return relatedTo(packet, optionAt + 8, journey);
}

/** Whether a message may begin a flow. */
export function mayBeginFlow(packet: Packet): boolean {
  const type = packet.icmp?.type ?? -1;
  if (packet.family === 4) return packet.protocol === ICMP && ICMP4_QUERIES.has(type);
  return packet.protocol === ICMPV6 && ICMP6_QUERIES.has(type);
}
