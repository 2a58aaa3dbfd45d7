/** What filters keep of flows, groups used several times, time and lots: each against the reference. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

describeWithKernel('state in nftables', () => {
  agrees(
    'each use of a group has buckets of its own, and each rule that follows',
    `group few(hosts) {
       leave tcp/22
       allow to hosts tcp up to 6/hour per source burst 6
       drop to hosts udp over 3 connections per destination
     }
     filter forward default drop {
       use few(10.0.0.0/8)
       use few({ 192.0.2.0/24, 2001:db8:d::/64 })
       use few(10.0.0.0/8)
       allow udp, tcp/22
     }`,
  );
  agrees(
    'what is invalid passes, flows are picked up, and nothing essential is let in',
    `filter forward default drop invalid pass pickup {
       essential off
       each packet drop in uplink tcp/443 state invalid
       each packet mark set 4 state established
       allow in inside
       allow in uplink tcp/80, icmp echo-request
     }
     filter input default drop { essential off allow in inside tcp/22 }`,
  );
  agrees(
    'what is not tracked is judged packet by packet',
    `raw { notrack udp/53  notrack from any port 53 udp  notrack icmp echo-request in inside  drop in dmz tcp/22 }
     filter forward default drop {
       each packet allow state untracked not in dmz
       allow in inside tcp
     }`,
  );
  agrees(
    'memories are written, read and forgotten on the way',
    `memory seen(who: ip) timeout 1h
     filter forward default drop {
       each packet remember source in seen tcp/22 and mark set 9
       each packet forget destination in seen udp/53
       drop from seen tcp/80
       allow not to seen and remember destination in seen for 2h tcp/443
     }
     mangle prerouting { remember source in seen icmp echo-request up to 20/hour per source burst 2 }`,
  );
  agrees(
    'who is remembered as often as must be',
    `memory often(who: ip) timeout 1h hits 3
     memory knocks(who: ip, at: port) timeout 1h hits 2
     filter forward default drop {
       each packet remember source in often tcp/22
       each packet forget destination in often udp/53
       each packet remember destination, source port in knocks udp
       drop from often tcp/80
       allow not to often and remember destination in often tcp/443
     }
     mangle prerouting { remember source in often icmp echo-request up to 20/hour per source burst 2 }`,
  );
  agrees(
    'a full memory of each family holds what it has',
    `memory few(who: ip) keys 3
     filter forward default drop {
       remember source in few tcp, icmp echo-request
       drop from few udp
       allow not to few
     }`,
  );
  agrees(
    'the time of day and the calendar',
    `filter forward default drop {
       allow tcp during 00:00-24:00 until 2090-12-31
       drop udp during 00:00-12:00 mon-fri, sun +05:30
       allow udp not during 12:00-24:00 sat -03:00
       allow icmp echo-request during 23:00-01:00
     }`,
  );
  agrees(
    'lots are drawn for packets that meet all else',
    `filter forward stateless default drop {
       drop tcp sample 1/3
       allow tcp, udp/53
       allow udp sample 2/5 and mark set 1 sample 1/2
     }`,
  );
  agrees(
    'counts of connections by row and for all',
    `table rooms(id: string, room: prefix4 key) = { ("a", 10.0.0.4/31), ("b", 10.1.2.2/31), ("c", 203.0.113.8/31) }
     filter forward default drop {
       each r in rooms { drop tcp from r.room over 2 connections }
       drop udp over 12 connections
       allow tcp, udp
     }`,
  );
});
