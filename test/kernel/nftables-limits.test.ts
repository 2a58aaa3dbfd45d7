/** Limits and counts of connections. Refills are so slow that what a burst holds is all there is. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const rooms = `table rooms(id: string, room: prefix4 key, room6: prefix6 key, speed: rate) = {
  ("a", 10.0.0.4/31, 2001:db8:a::4/127, 7/hour),
  ("b", 10.0.0.6/31, 2001:db8:a::6/127, 20/hour),
  ("c", 10.1.2.2/31, 2001:db8:a:1::/127, 7/hour)
}
table hosts(host: prefix4 key, speed: rate) = { (203.0.113.0/24, 9/day), (192.0.2.80, 5/day), (198.51.100.0/28, 4/hour) }
`;

const HOUR = ['forwarded', 'gone'];

describeWithKernel('limits in nftables', () => {
  agrees(
    'with and without keys, one after the other, for both families',
    `filter forward default drop {
       allow tcp up to 40/hour
       allow udp up to 200/day burst 30 up to 10/hour per source/24/64, destination port burst 3
       drop icmp echo-request over 12/hour per destination burst 4
       allow icmp echo-request
       allow up to 3/hour per protocol
     }
     mangle forward { mark set 1 over 100/hour per source burst 50  mark set 2/2 up to 30/day per in burst 20 }`,
    HOUR,
  );
  agrees(
    'a full table',
    `filter forward default drop {
       drop tcp ipv4 over 3/hour per source keys 3 when full match
       allow tcp
       allow udp up to 3/hour per destination port keys 3 when full miss
       drop icmp4 8 over 2/hour per destination burst 3 keys 2 when full miss
       allow icmp echo-request
     }`,
    HOUR,
  );
  agrees(
    'bits and bytes',
    `filter forward stateless default drop {
       allow tcp up to 8bit/hour burst 20kB
       allow udp up to 60byte/hour per source burst 3kB
       mark set 3 over 8bit/hour per destination burst 2kB
       allow icmp echo-request
     }`,
    HOUR,
  );
  agrees(
    'a bucket for each row, at its own rate',
    `${rooms}filter forward default drop {
       each r in rooms {
         allow tcp from r.room up to r.speed burst 6
         allow udp from r.room, r.room6 up to r.speed burst 9
         allow icmp echo-request from r.room up to r.speed per destination burst 2
       }
       each h in hosts { allow tcp from h.host up to h.speed  allow udp from h.host up to 6/hour }
     }
     mangle forward { each r in rooms { mark set 1 from r.room6 over r.speed burst 10 } }`,
    HOUR,
  );
  agrees(
    'limits that several rules share',
    `group few(from_whom) { allow udp from from_whom up to 60/hour burst 40 bucket few }
     filter forward default drop {
       use few(any)
       allow tcp up to 9/hour per source burst 3 bucket talkers
       allow udp up to 9/hour per source burst 3 bucket talkers
       allow icmp echo-request up to 60/hour burst 40 bucket few
     }
     filter input default drop { use few(any)  allow icmp echo-request up to 9/hour per source burst 3 bucket talkers }`,
    HOUR,
  );
  agrees(
    'connections at a time',
    // What is let through is counted on; the kernel forgets what is not, but only with its next tick.
    `filter forward default allow {
       drop tcp over 3 connections per source
       drop udp over 2 connections per destination, destination port
       drop icmp echo-request over 2 connections per in
     }`,
    HOUR,
  );
});
