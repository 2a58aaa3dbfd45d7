/**
 * Protocols by the names that a policy calls them: the keywords of IANA's registry "Assigned Internet Protocol Numbers"
 * in lower case, and the shorter names that `/etc/protocols` has for some of them.
 */
export const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['igmp', 2],
  ['ipip', 4],
  ['tcp', 6],
  ['egp', 8],
  ['udp', 17],
  ['dccp', 33],
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
  ['isis', 124],
  ['sctp', 132],
  ['udplite', 136],
  ['mpls_in_ip', 137],
  ['hip', 139],
  ['shim6', 140],
]);

const namesByNumber = new Map([...PROTOCOL_NUMBERS].map(([name, number]) => [number, name]));

/** What a policy calls the protocol: its name, or `proto 253`. */
export function protocolName(protocol: number): string {
  return namesByNumber.get(protocol) ?? `proto ${protocol}`;
}
