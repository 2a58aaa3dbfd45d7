/** Marks of packets and of flows, as nftables carries them out: every packet that leaves is compared with its mark. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const rooms = `table rooms(room: prefix4 key, mark: u32) = {
  (10.0.0.4/31, 5), (10.0.0.6/31, 7), (10.1.0.0/16, 0xffff)
}
`;

describeWithKernel('marks in nftables', () => {
  agrees(
    'a flow keeps its mark, and packets have marks of their own beside it',
    `mangle forward { mark set 0x20000/0xff0000 tcp flags fin }
     filter forward default drop {
       each packet mark set 0x100/0xf00 tcp/80
       mark set 0x1/0xf in inside
       mark set 0x2/0xf from 10.0.0.6
       allow in inside and mark set 0x30/0xf0 udp
       allow in dmz and mark set 0/0xf
     }
     filter input default drop { allow tcp, udp and mark set 0x7/0xff }`,
  );
  agrees('a flow keeps a mark of all bits', 'filter forward default allow { mark set 5 tcp/80, tcp/443 }', [
    'forwarded',
  ]);
  agrees(
    'marks come from the row of a table',
    `${rooms}filter forward default allow {
       each r in rooms { mark set r.mark from r.room }
       mark set 0x80000000 in uplink udp
     }`,
    ['forwarded'],
  );
  agrees(
    'bits of a mark come from the row of a table',
    `${rooms}filter forward default allow {
       each r in rooms { mark set r.mark/0xff from r.room }
       mark set 0x100/0x100 in inside
     }
     target router { marks reserve 0xffff nftables }`,
    ['forwarded'],
  );
});
