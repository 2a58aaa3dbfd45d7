/** What the reader makes of each statement, as `nft --debug=netlink` (1.0.6) shows that nft understands it. */
import { describe, expect, it } from 'vitest';
import { statementsOf } from '../../../backends/nftables/readback/rules.ts';
import { statementTexts } from '../../builders/statement-text.ts';

const NO_WORDS = new Map<string, readonly string[]>();
const read = (line: string) => statementTexts(statementsOf(line, NO_WORDS));

describe('a rule', () => {
  it.each([
    // Families and protocols that nft asks for without being told.
    ['ip saddr 10.0.0.1', 'family in 4 | source/4 in 167772161'],
    ['ip6 daddr 2001:db8::/32', `family in 6 | destination/6 in ${0x20010db8n << 96n}-${(0x20010db9n << 96n) - 1n}`],
    ['tcp dport 22', 'protocol in 6 | destination port in 22'],
    ['udp sport 1024-65535', 'protocol in 17 | source port in 1024-65535'],
    ['ip saddr 10.0.0.1 ip daddr 10.0.0.2', 'family in 4 | source/4 in 167772161 | destination/4 in 167772162'],
    ['icmp type echo-request', 'family in 4 | protocol in 1 | icmp type/4 in 8'],
    ['th dport 53', 'destination port in 53'],
    // Complements, lists, sets.
    ['ip saddr != 10.0.0.0/8', 'family in 4 | source/4 not in 167772160-184549375'],
    ['meta l4proto != { tcp, udp }', 'protocol not in { 6, 17 }'],
    ['ip saddr @admins', 'family in 4 | source/4 in @admins'],
    ['ip saddr != @admins', 'family in 4 | source/4 not in @admins'],
    ['iifname { "lan0", "ppp*" }', 'in in { lan0, ppp* }'],
    ['oif "lo"', 'out in lo'],
    // Masks.
    ['ip saddr & 255.255.255.0 @rooms', 'family in 4 | source/4 & 0xffffff00 in @rooms'],
    ['meta mark & 0xff == 0x5', 'mark & 0xff in 5'],
    ['meta mark & 0xff != 0x5', 'mark & 0xff not in 5'],
    ['meta mark & 0xff > 0x5', 'mark & 0xff in 6-4294967295'],
    ['ip frag-off & 0x1fff != 0', 'family in 4 | fragment offset/4 & 0x1fff not in 0'],
    ['@th,328,8 & 0x17 == 0x2', 'transport header 328+8 & 0x17 in 2'],
    ['@ih,0,16 0x1234', 'payload 0+16 in 4660'],
    // Flags: bits where no operator stands, the whole value with one.
    ['tcp flags & (fin | syn | rst | ack) != syn', 'protocol in 6 | tcp flags & 0x17 not in 2'],
    ['tcp flags & (syn | ack) == syn | ack', 'protocol in 6 | tcp flags & 0x12 in 18'],
    ['tcp flags & (syn | ack) { syn, syn | ack }', 'protocol in 6 | tcp flags & 0x12 in { 2, 18 }'],
    ['tcp flags 18', 'protocol in 6 | tcp flags & 0x12 not in 0'],
    ['tcp flags != 18', 'protocol in 6 | tcp flags not in 18'],
    ['tcp flags { 2, 18 }', 'protocol in 6 | tcp flags in { 2, 18 }'],
    ['ct state invalid,new', 'state in { 3, 0 }'],
    ['ct state != new', 'state not in 0'],
    ['ct status confirmed', 'flow confirmed in 1'],
    // Keys of several parts.
    ['meta l4proto . th dport { tcp . 22, udp . 53-54 }', 'protocol . destination port in { 6 . 22, 17 . 53-54 }'],
    ['icmp type . icmp code { 3 . 1-2 }', 'family in 4 | protocol in 1 | icmp type/4 . icmp code/4 in 3 . 1-2'],
    // Verdicts.
    ['ct state vmap { related : accept, invalid : jump odd }', 'state leads { 2 : accept, 3 : jump odd }'],
    ['ip saddr vmap @rooms', 'family in 4 | source/4 leads @rooms'],
    ['meta priority set 1:2f', 'set priority value=65583'],
    [
      'meta priority set ip saddr & 255.255.255.0 map @rooms',
      'family in 4 | priority = source/4 & 0xffffff00 of @rooms',
    ],
    ['meta priority set meta mark map { 1 : 1:2f, 2 : ffff:0 }', 'priority = mark of { 1 : 65583, 2 : 4294901760 }'],
    ['meta mark vmap { 1 : continue, 2 : return }', 'mark leads { 1 : continue, 2 : return }'],
    ['goto next', 'goto next'],
    ['reject with tcp reset', 'protocol in 6 | reject refusal={"kind":"tcp reset"}'],
    ['reject with icmp type host-unreachable', 'family in 4 | reject refusal={"kind":"unreachable","codes":{"4":1}}'],
    ['reject with icmpx type no-route', 'reject refusal={"kind":"unreachable","codes":{"4":0,"6":0}}'],
    // Whatever else a packet has.
    ['ip length 40-60', 'family in 4 | length/4 in 40-60'],
    ['ip6 hoplimit 255', 'family in 6 | ttl/6 in 255'],
    ['exthdr frag exists', 'family in 6 | fragment header in 1'],
    ['frag more-fragments 1', 'family in 6 | more fragments/6 in 1'],
    ['ether saddr 00:11:22:33:44:55', 'source mac in 73588229205'],
    ['vlan id 100-199', 'vlan in 100-199'],
    ['fib saddr . iif type local', 'kind of source at in in 1'],
    ['fib daddr type != { local, broadcast, multicast }', 'kind of destination not in { 1, 2, 3 }'],
    ['ct original ip saddr 10.0.0.0/8', 'family in 4 | original source/4 in 167772160-184549375'],
    ['meta time < 2000000000', 'time in 0-1999999999'],
    ['meta hour != { 0-3599, 7200-86399 }', 'time of day not in { 0-3599, 7200-86399 }'],
    ['meta day . meta hour @during', 'weekday . time of day in @during'],
    ['meta skuid >= 0', 'socket owner in 0-4294967295'],
    ['ct label 127', 'label 127 in 1'],
    ['numgen random mod 10 < 3', 'sample below=3 of=10'],
    // Effects.
    ['counter name "web"', 'count counter=web'],
    ['log prefix "seen " level info', 'log prefix=seen  level=info'],
    ['log group 3', 'log prefix= group=3'],
    ['meta mark set 0x5', 'set mark of=packet keep=0 value=5'],
    ['ct mark set ct mark & 0xffffff00 | 0x5', 'set mark of=flow from=flow keep=4294967040 value=5'],
    ['meta mark set meta mark | 0x4', 'set mark of=packet from=packet keep=4294967295 value=4'],
    ['meta mark set ct mark', 'set mark of=packet from=flow keep=4294967295 value=0'],
    ['meta mark set ip saddr map @codes', 'family in 4 | packet mark = source/4 of @codes'],
    ['ip dscp set 46', 'family in 4 | set dscp family=4 value=46'],
    ['tcp option maxseg size > 1200', 'maximum segment in 1201-65535'],
    ['tcp option maxseg size set 1200', 'set maximum segment size=1200'],
    ['tcp option maxseg size set rt mtu', 'set maximum segment'],
    ['ct label set 127', 'set label label=127'],
    ['ct helper set "ftp_tcp"', 'helper helper=ftp_tcp'],
    ['notrack', 'notrack'],
    [
      'synproxy mss 1460 wscale 7 timestamp sack-perm',
      'synproxy mss=1460 windowScale=7 timestamps=true selectiveAck=true',
    ],
    // Limits, and sets that rules change.
    ['limit name "web"', 'limit limit=web'],
    ['limit name ip saddr map @rooms', 'family in 4 | limit source/4 of @rooms'],
    [
      'update @buckets { ip saddr limit rate over 5/day burst 2 packets }',
      'family in 4 | update buckets source/4 limit={"over":true,"amount":5,"perSeconds":86400,"of":"packets","burst":2}',
    ],
    [
      'update @buckets { ip saddr limit rate 10 bytes/second burst 5 bytes }',
      'family in 4 | update buckets source/4 limit={"over":false,"amount":10,"perSeconds":1,"of":"bytes","burst":5}',
    ],
    ['add @flows { ip saddr ct count over 3 }', 'family in 4 | add flows source/4 connections={"over":true,"count":3}'],
    ['delete @banned { ip6 saddr }', 'family in 6 | delete banned source/6'],
    ['update @banned { ip saddr timeout 1h30m500ms }', 'family in 4 | update banned source/4 timeout=5400500'],
    // Translations.
    ['snat ip to 10.0.0.1-10.0.0.3 persistent', 'snat/4 to 167772161-167772163 same persistent=true'],
    ['dnat ip to 10.0.0.1:80-90 random', 'dnat/4 to 167772161-167772161 80-90 random=true'],
    ['dnat ip6 to [::1]-[::9]:80', 'dnat/6 to 1-9 80-80'],
    ['dnat ip6 to ::1', 'dnat/6 to 1-1 same'],
    ['masquerade', 'masquerade to same same'],
    ['redirect to :8080', 'redirect to same 8080-8080'],
    [
      'dnat ip to ip daddr . th dport map @forwards',
      'family in 4 | dnat/4 to map destination/4 . destination port of @forwards',
    ],
    [
      'snat ip prefix to ip saddr map { 10.0.0.0/24 : 11.0.0.0/24 }',
      'family in 4 | snat/4 to prefix source/4 of 167772160-167772415 : 184549376-184549631',
    ],
    [
      'dnat ip to jhash ip saddr mod 7 seed 0x1 map @web',
      'family in 4 | dnat/4 to map hash(source/4) % 7 seed 1 of @web',
    ],
    ['tproxy ip6 to [::1]:8080', 'to socket family=6 address=1 port=8080'],
  ])('%s', (line, expected) => {
    expect(read(line)).toBe(expected);
    // A comment says nothing.
    expect(read(`${line} comment "filter forward/accept"`)).toBe(expected);
  });

  it('takes the words of the policy as they are, in that rule and in no other', () => {
    const words = new Map([['filter forward/odd', ['meta pkttype broadcast']]]);
    const line = 'ip saddr 10.0.0.1 meta pkttype broadcast accept comment';
    const own = statementsOf(`${line} "filter forward/odd"`, words);
    expect(statementTexts(own)).toBe(
      'family in 4 | source/4 in 167772161 | opaque text=meta pkttype broadcast | accept',
    );
    expect(() => statementsOf(`${line} "filter forward/other"`, words)).toThrow('`meta pkttype` is no statement');
  });

  it.each([
    'meta pkttype broadcast',
    'ip saddr 10.0.0.1/8',
    'ip saddr 10.0.0.300',
    'ip saddr 10.0.0.9-10.0.0.1',
    'tcp dport 70000',
    'tcp dport http',
    'tcp flags & syn syn',
    'tcp flags syn, ack',
    'icmp type host-unreachable',
    'ct state established2',
    'meta l4proto . th dport { tcp }',
    'ip saddr . ip6 daddr @both',
    'ip saddr 10.0.0.1 ! accept',
    'accept accept2',
    'jump 1',
    'reject',
    'reject with icmpy type x',
    'log level',
    'limit rate 5/second',
    'update @s { ip saddr limit rate 5/fortnight }',
    'dnat ip to',
    'dnat ip to 10.0.0.1:99999',
    'meta mark set',
    'fib daddr oif',
    'ip saddr "10.0.0.1',
  ])('refuses %s', (line) => {
    expect(() => statementsOf(line, NO_WORDS)).toThrow(/./);
  });
});
