/** `address of ZONE`, negated clauses beside lookups, several effects of a row, and nft's own words. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const rooms = `table rooms(id: string, room: prefix4 key, mark: u32, dscp: u8 = none) = {
  ("a", 10.0.0.4/31, 5, 10), ("b", 10.0.0.6/31, 7, none), ("c", 10.1.0.0/16, 9, 46)
}
`;

describeWithKernel('nftables', () => {
  agrees(
    'knows the addresses of the interface at hand',
    `nat { dnat in uplink to address of uplink tcp/80 -> 10.0.0.5 }
     filter input default drop {
       allow in uplink to address of uplink udp
       allow in dmz not to address of dmz tcp
       allow in dmz icmp echo-request to address of dmz
     }
     filter output default drop { allow out uplink from address of uplink  allow out dmz not from address of dmz }
     filter forward default allow {}`,
    ['forwarded', 'delivered', 'gone'],
  );
  agrees(
    'puts what must not hold beside a lookup',
    `${rooms}filter forward default drop {
       each r in rooms { allow from r.room not tcp/22, udp/53 not to 192.0.2.80 }
       each r in rooms { allow to r.room not tcp/80 and mark set r.mark }
     }`,
  );
  agrees(
    'translates into ranges of ports that rows name',
    `table shares(host: ipv4 key, public: ipv4, ports: ports) = {
       (10.0.0.5, 198.51.100.50, 1000-1003), (10.0.0.6, 198.51.100.50, 2000), (10.1.2.3, 198.51.100.60, 22-80)
     }
     nat { each s in shares { snat tcp, udp from s.host out uplink -> s.public:s.ports } }
     filter forward default allow {}`,
    ['forwarded'],
  );
  agrees(
    'takes several values of a row in one rule',
    `${rooms}mangle forward {
       each r in rooms { dscp set r.dscp from r.room and mark set r.mark and count as r.id }
     }
     filter forward default drop {
       each r in rooms { allow from r.room and mark set r.mark/0xff and count as r.id and log "room" up to 5/hour }
     }`,
  );
});
