/** Protocols by the names and numbers that dumps have, and as the language writes them. */
import { PROTOCOL_WORDS } from '../../../grammar/words.ts';
import type { Family } from './dump/dump.ts';

/** Names of /etc/protocols and of iptables itself, as Debian and Fedora have them: IANA, Protocol Numbers. */
const NUMBERS: Readonly<Record<string, number>> = {
  all: 0,
  ip: 0,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  'ip-encap': 4,
  ipv4: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  'ipv6-crypt': 50,
  ah: 51,
  'ipv6-auth': 51,
  mobile: 55,
  skip: 57,
  icmpv6: 58,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  ospfigp: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  pgm: 113,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  'mobility-header': 135,
  'ipv6-mh': 135,
  mh: 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
};

/** What the language calls a protocol, by number. Its `ipip` is IP in IP, and not the one that /etc/protocols calls so. */
const WORDS = new Map(
  [...Object.entries(NUMBERS), ['ipip', NUMBERS['ipencap']!] as const].flatMap(([name, number]) =>
    PROTOCOL_WORDS.has(name) && !(name === 'ipip' && number === NUMBERS['ipip']) ? [[number, name] as const] : [],
  ),
);

/** A protocol's one name here: the language's word, or its number in digits; undefined where there is none such. */
export function protocolName(word: string): string | undefined {
  const number = /^\d+$/.test(word) ? Number(word) : NUMBERS[word.toLowerCase()];
  if (number === undefined || number > 255) return undefined;
  if (number === 1) return 'icmp';
  return WORDS.get(number) ?? String(number);
}

/** The whole protocol, where the language wants services. */
export function protocolItem(name: string, family: Family): string {
  if (name === 'icmp') return family === 4 ? 'icmp4' : 'proto 1';
  if (name === 'icmpv6') return family === 6 ? 'icmp6' : 'proto 58';
  return /^\d/.test(name) ? `proto ${name}` : name;
}
