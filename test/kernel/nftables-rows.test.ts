/** Rows found by all kinds of fields, rows that overlap, and cells that a rule compares with besides those of its key. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const hosts = `table hosts(id: string, address: ip key, room: prefix4, proto: proto, port: port, mark: u32, dscp: u8 = none, ttl: u8) = {
  ("a", 10.0.0.5, 10.0.0.0/24, tcp, 80, 1, 0, 64),
  ("b", 10.0.0.6, 10.0.0.4/30, udp, 53, 0, none, 64),
  ("c", 192.0.2.80, 10.0.0.0/24, tcp, 443, 0, 0, 64),
  ("d", 2001:db8:a::5, 10.1.0.0/16, tcp, 80, 1, 0, 64),
  ("e", 2001:db8:d::80, 203.0.113.0/24, udp, 1000, 0, 0, 64)
}
`;

describeWithKernel('rows in nftables', () => {
  agrees(
    'are found by marks, DSCP and TTL beside an address',
    `${hosts}mangle forward { mark set 1 in inside tcp }
     filter forward default drop {
       each h in hosts { allow from h.address mark is h.mark  allow to h.address dscp is h.dscp tcp/22, udp/22 }
       each h in hosts { allow to h.address ttl h.ttl udp }
     }`,
  );
  agrees(
    'may overlap where it makes no difference which of them is found',
    `${hosts}table shares(room: prefix4, ports: ports, proto: proto) = {
       (10.0.0.0/24, 22-80, tcp), (10.0.0.0/24, 53-443, tcp), (10.0.0.4/30, 22, udp), (10.1.0.0/16, 80, tcp), (10.1.2.0/24, 80, tcp)
     }
     filter forward default drop {
       each h in hosts { allow to h.room udp }
       each s in shares { allow tcp/s.ports in uplink }
       each s in shares { reject to s.room tcp, icmp echo-request }
     }`,
  );
  agrees(
    'have cells that must not be met',
    `${hosts}filter forward default drop {
       each h in hosts {
         drop to h.address not h.proto/h.port tcp, udp
         allow to h.address not in uplink not mark is h.mark
       }
       each h in hosts { allow from h.address not tcp/h.port and mark set 5 h.proto/h.port and mark set 2/2 not ttl h.ttl }
       allow to hosts.address udp, icmp echo-request
     }`,
  );
  agrees(
    'are asked for a reset behind a lookup of TCP',
    `${hosts}filter forward default allow {
       each h in hosts { reject with tcp-reset to h.address tcp/80, tcp/22 }
       each h in hosts { reject from h.address tcp/443 }
     }`,
    ['forwarded', 'rejected'],
  );
  agrees(
    'are not where two fields are equal',
    `filter forward default drop {
       drop where source == destination
       allow tcp where source port == destination port
       allow udp where source port != destination port
       allow icmp echo-request, echo-reply not where source port == destination port
     }
     raw { drop where source == destination }`,
  );
});
