/**
 * Protocols by the names that a policy and a table may use. Names are the keywords of the IANA registry of assigned
 * internet protocol numbers in lower case; where operators say another word (`icmpv6`, `ipip`, `ospf`), it stands too.
 */
export const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipip', 4],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['udp', 17],
  ['dccp', 33],
  ['ipv6', 41],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['icmpv6', 58],
  ['eigrp', 88],
  ['ospf', 89],
  ['etherip', 97],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['udplite', 136],
  ['mpls-in-ip', 137],
  ['hip', 139],
]);
