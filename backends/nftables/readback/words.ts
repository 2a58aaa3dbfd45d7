/** Words that nft has for values (datatype.c, proto.c, ct.c and meta.c of nftables 1.0.6): only those without a table of the host's. */

type Words = ReadonlyMap<string, number>;

const words = (list: Readonly<Record<string, number>>): Words => new Map(Object.entries(list));

export const FAMILIES = words({ ipv4: 4, ipv6: 6 });

export const PROTOCOLS = words({
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  comp: 108,
  sctp: 132,
  udplite: 136,
});

/** RFC 792, 950 and 1256. */
export const ICMP_TYPES = words({
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
});

/** RFC 4443, 2710, 4861 and 3810. */
export const ICMPV6_TYPES = words({
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'mld2-listener-report': 143,
});

export const TCP_FLAGS = words({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 });

/** By the machine's numbers, not the kernel's bits. */
export const STATES = words({ new: 0, established: 1, related: 2, invalid: 3, untracked: 4 });

/** By the machine's numbers. */
export const ADDRESS_KIND_WORDS = words({ unicast: 0, local: 1, broadcast: 2, multicast: 3 });

/** Priorities of base chains that have a name (nft(8), PRIORITIES). */
export const PRIORITIES = words({ raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 });

/** The only status of a flow that is asked for. */
export const STATUSES = words({ confirmed: 1 });
