/** `balance … forward dnat`: every flow reaches the backend that the reference chooses, by the kernel's own hash. */
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const backends = `table backends(addr: ip, weight: u16 = 1) = {
  (10.0.0.5, 1), (192.0.2.80, 3), (10.1.2.3, 2), (192.0.2.81, 0), (2001:db8:a::5, 1), (2001:db8:d::80, 2)
}`;

describeWithKernel('balance in nftables', () => {
  agrees(
    'by the whole flow, before the translations of the policy',
    `balance web {
       vip 198.51.100.50, 2001:db8:b::50 service tcp, udp
       pool ${backends}
       hash maglev 65537 on flow
       fragments on source, destination, protocol
       remember 1000 flows
       forward dnat
     }
     nat { dnat to 198.51.100.50 -> 10.0.0.6 }
     filter forward default allow {}`,
  );
  agrees(
    'by the source, and nowhere without a backend',
    `balance web {
       vip 198.51.100.50, 203.0.113.9 service tcp/80, tcp/443, udp/53
       pool ${backends}
       hash maglev 11 on source
       forward dnat
     }
     balance none {
       vip 2001:db8:b::50 service udp
       pool table few(addr: ip) = { (10.0.0.5) }
       forward dnat
     }
     filter forward default allow {}`,
  );
});
