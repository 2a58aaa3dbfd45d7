/**
 * The fields of a packet that a policy can speak of. Ports, flags and the like are *present* only in some packets; a
 * test of a field that a packet lacks is false.
 */

/** Fields whose values are plain numbers, with their width in bits. */
export const FIELD_WIDTHS = {
  /** 4 or 6. */
  family: 8,
  /**
   * The protocol behind all extension headers (RFC 8200); of a later fragment, what its fragment header names, and none where
   * that is an extension header.
   */
  protocol: 8,
  /** TCP, UDP, UDP-Lite, DCCP, SCTP only, and not in later fragments. */
  'source port': 16,
  'destination port': 16,
  /** protocol × 65536 + destination port: one field, so that `{udp/53, tcp/80}` is no product. */
  service: 24,
  /** fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128. */
  'tcp flags': 8,
  /** type × 256 + code */
  icmp4: 16,
  icmp6: 16,
  /** Of the layer 3 packet, headers included, in bytes. */
  length: 32,
  /** TTL or hop limit. */
  ttl: 8,
  dscp: 6,
  vlan: 12,
  'source mac': 48,
  mark: 32,
  /** 0 not a fragment, 1 the first, 2 a later one. */
  fragment: 2,
  /** 0 new, 1 established, 2 related, 3 invalid, 4 untracked. */
  state: 3,
} as const;

export type NumberField = keyof typeof FIELD_WIDTHS;

/** Source and destination address of either family. */
export type AddressField = 'source' | 'destination';

/** The zone of the interface that the packet came in or goes out by. */
export type ZoneField = 'in' | 'out';

/**
 * `payload[first..last]`: bytes behind the header of TCP or UDP, both ends included. Packets of other protocols have none,
 * for planes do not agree where it would begin.
 */
export interface PayloadField {
  readonly payload: readonly [first: number, last: number];
}

export type FieldName = NumberField | AddressField | ZoneField;

export const FLOW_STATES = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

export const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** Protocols whose header begins with two port numbers. */
export const PROTOCOLS_WITH_PORTS = [6, 17, 33, 132, 136] as const;

/**
 * Extension headers of IPv6 behind which the protocol is looked for: hop-by-hop, routing, fragment, authentication, destination
 * options (RFC 8200, RFC 4302). A later fragment whose fragment header names one has no protocol.
 */
export const EXTENSION_HEADERS = [0, 43, 44, 51, 60] as const;
