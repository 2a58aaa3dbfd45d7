/** `reject`: the answers of both families, for every reason, from stateful and stateless filters and as a default. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const FATES = ['rejected', 'gone'];

describeWithKernel('reject in nftables', () => {
  agrees(
    'for reasons that one family lacks',
    `filter forward default reject with net-prohibited {
       allow in inside out uplink
       reject udp
       reject with protocol-unreachable tcp/80, tcp/443
       reject with host-prohibited in dmz
       reject with tcp-reset tcp/22
     }
     filter input default drop { reject with host-unreachable ipv4 tcp/22, tcp/53  reject with net-unreachable udp }`,
    FATES,
  );
  agrees(
    'packet by packet',
    `filter forward stateless default reject {
       reject with admin-prohibited in dmz
       reject with port-unreachable tcp in inside
       allow udp
     }
     filter input stateless default drop { allow udp  reject ipv4 }`,
    FATES,
  );
  agrees(
    'packets of flows that were let through',
    `filter forward default allow { each packet reject tcp flags fin tcp  each packet reject with host-prohibited icmp echo-reply }`,
    FATES,
  );
});
