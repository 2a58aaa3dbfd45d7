/** Translations of all kinds, both ways, in both families. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

describeWithKernel('translations in nftables', () => {
  agrees(
    'of whole prefixes, one to one',
    `nat {
       snat from 10.0.0.0/24 out uplink -> 198.51.100.0/24
       snat from 2001:db8:a::/64 out uplink -> 2001:db8:b:7::/64
       dnat in uplink to 192.0.2.0/25 tcp -> 10.0.0.0/25
       dnat in uplink to 2001:db8:b::/64 udp -> 2001:db8:a::/64
     }
     filter forward default allow {}`,
  );
  agrees(
    'to ranges of addresses and ports',
    `nat {
       snat tcp, udp from 10.0.0.0/24 out uplink -> 198.51.100.60-198.51.100.63:1000-1003 persistent
       snat icmp4 8 from 10.0.0.0/8 out uplink -> 198.51.100.70-198.51.100.71 persistent
       snat from 2001:db8:a::/64 out uplink tcp -> [2001:db8:b::60]:5000-5001
       dnat in uplink to 198.51.100.50 tcp/80, udp/53 -> 10.0.0.5:8080
       dnat in dmz to 2001:db8:b::50 tcp -> [2001:db8:a::5]:22
     }
     filter forward default allow {}`,
  );
  agrees(
    'of ports chosen at random, and masquerading into a range of ports',
    `service web = tcp/80, udp/53
     nat {
       snat tcp from 10.0.0.0/24 out uplink -> 198.51.100.60 random
       masquerade web out uplink, dmz -> 2000-2400
       masquerade udp out uplink -> 5000
       masquerade tcp out dmz random
     }
     filter forward default allow {}`,
  );
  agrees(
    'that remember who was translated, and go by that',
    `memory once(who: ip) timeout 1h
     memory often(who: ip) timeout 1h hits 2
     nat {
       dnat in uplink to 198.51.100.50 from often tcp -> 10.0.0.7
       dnat in uplink to 198.51.100.50 from once tcp -> 10.0.0.6 and remember source in often
       dnat in uplink to 198.51.100.50 tcp -> 10.0.0.5 and remember source in once and remember source in often
       snat out uplink from 10.0.0.0/24 tcp -> 198.51.100.60 and forget destination in once
     }
     filter forward default allow {}`,
  );
  agrees(
    'to this host',
    `nat {
       redirect in inside tcp/80 -> 3128
       redirect in dmz udp to 203.0.113.9, 2001:db8:ffff::9
       redirect in uplink tcp not tcp/22, tcp/443 -> 40000-40001
     }
     filter input default drop { allow tcp/3128, tcp/40000-40001  allow udp in dmz }
     filter forward default allow {}`,
    ['forwarded', 'delivered', 'gone'],
  );
});
