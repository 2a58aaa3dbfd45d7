/** Clauses and their complements, one by one: each must be true of the same packets in the kernel and in the reference. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

describeWithKernel('clauses in nftables', () => {
  agrees(
    'sets and services, and what is in none of them',
    `let some = 10.0.0.0/24, 192.0.2.80, 2001:db8:a::/64, 2001:db8:d::80
     filter forward default drop {
       drop not from some to some not tcp/80, tcp/443, udp/53
       drop not tcp, udp not icmp echo-request, echo-reply, destination-unreachable
       allow not to some port 22, 53
       allow from some port 1000-50000 not to 10.1.2.3, 2001:db8:ffff::9
       allow from ::5/::ffff not to 0.0.0.9/0.0.0.255, ::7/::ff
       allow icmp
     }`,
  );
  agrees(
    'lengths, hop limits, flags and marks',
    `mangle forward { mark set 0x12/0xff tcp  mark set 3 ttl 0-63 }
     filter forward stateless default drop {
       drop length 21-39 not tcp
       drop not length 0-1000
       drop where length < 20 or ttl < 3
       allow not tcp flags syn+ack, rst, none/syn+ack+fin tcp
       allow not mark is 0x12/0xff, 3 not ttl 64
       allow udp tcp
       allow tcp where mark & 0xf0 == 0x10 and not (length > 60 or source port < 1000)
       allow udp where payload[0] == 0x00 and payload[0..3] != 0xdeadbeef
       allow icmp not dscp is 0
     }`,
  );
  agrees(
    'services beside flags of TCP',
    `service web = tcp/80, tcp/443, udp/443, udp/53
     filter forward stateless default drop {
       drop web tcp flags syn+ack, rst
       allow web not tcp flags fin
       allow tcp flags none/fin
     }`,
  );
  agrees(
    'memories of one family and of both',
    `memory both(who: ip) timeout 1h keys 8
     memory old(who: ipv4) timeout 1h
     memory pairs(who: ipv6, port: port, proto: proto)
     filter forward default drop {
       remember source in both tcp/22
       remember source in old udp/53, icmp echo-request
       forget source in both udp/22
       remember source, destination port, protocol in pairs tcp, udp
       drop to both
       drop from old tcp
       allow not from both tcp, udp and remember destination in old for 2h
     }`,
  );
  agrees(
    "nft's own words stand behind all other clauses",
    `filter forward default drop {
       drop opaque nftables "ip ttl 64" ipv4 tcp/80 not from 10.0.0.5
       allow opaque nftables "meta l4proto udp"
       allow icmp echo-request and opaque nftables "counter"
     }`,
    [],
  );
});
