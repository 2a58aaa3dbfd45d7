/** `hairpin`: hosts behind the server's own zone call it by its public address, and get their answers. */
import { expect, test } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4, udp } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { formatObservation } from '../../cli/lab/observation.ts';
import { encodePacket } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees, ZONES } from './reference/agreeing.ts';

const forwards = `table forwards(public: ipv4, proto: proto, port: port, room: ipv4, inner: port, key (public, proto, port)) = {
  (198.51.100.50, tcp, 80, 10.1.2.3, 8080), (198.51.100.50, udp, 53, 10.0.0.6, 53), (198.51.100.50, tcp, 443, 192.0.2.80, 443)
}
`;

describeWithKernel('hairpin in nftables', () => {
  test('what turns back is masqueraded, what comes from another zone only translated', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    const policy = `${ZONES}nat { dnat in uplink to 198.51.100.50 udp/53 -> 10.0.0.6 hairpin }`;
    await lab.load(artifactOf(policy));
    const question = { ...udp(53), sourcePort: 4000 };
    const answer = { ...udp(4000), sourcePort: 53 };
    const sent = [
      lab.frame(1, 'lan0', encodePacket(ipv4('10.0.0.5', '198.51.100.50'), question, 1)),
      lab.frame(2, 'lan0', encodePacket(ipv4('10.0.0.6', '10.0.0.1'), answer, 2)),
      lab.frame(3, 'dmz0', encodePacket(ipv4('192.0.2.80', '198.51.100.50'), question, 3)),
      lab.frame(4, 'uplink0', encodePacket(ipv4('203.0.113.9', '198.51.100.50'), question, 4)),
    ];
    const seen = (await lab.send([sent])).flat().map((one) => formatObservation(one).replace(/ udp.*/, ''));
    await lab.destroy();
    expect(seen).toEqual([
      '1 forwarded lan0 IPv4 10.0.0.1:4000 > 10.0.0.6:53',
      '2 forwarded lan0 IPv4 198.51.100.50:53 > 10.0.0.5:4000',
      '3 forwarded lan0 IPv4 192.0.2.80:4000 > 10.0.0.6:53',
      '4 forwarded lan0 IPv4 203.0.113.9:4000 > 10.0.0.6:53',
    ]);
  });

  agrees(
    'single rules, and one without it',
    `nat {
       dnat in uplink to 198.51.100.50 tcp/80, tcp/443 -> 10.1.2.3 hairpin
       dnat in dmz to 198.51.100.50 -> 10.0.0.6
       dnat in uplink, dmz to 2001:db8:b::50 tcp, udp -> 2001:db8:a::5 hairpin
       dnat in inside to 192.0.2.200 -> 10.0.0.6
       masquerade out uplink
     }
     filter forward default allow {}`,
  );
  agrees(
    'rows of a table',
    `${forwards}nat {
       each f in forwards { dnat in uplink to f.public f.proto/f.port -> f.room:f.inner hairpin }
       snat in inside out inside -> 198.51.100.99
     }
     filter forward default allow {}`,
  );
  agrees(
    'ports, ranges and prefixes as targets, and a rule for every zone',
    `nat {
       dnat in uplink to 198.51.100.50 udp/53 -> 10.0.0.6:1000 hairpin
       dnat to 198.51.100.50 tcp/22 -> 10.0.0.5:22 hairpin
       dnat in uplink, dmz to 198.51.100.48/28 -> 10.0.0.0/28 hairpin
       dnat not in inside to 2001:db8:b::50 udp -> 2001:db8:a::6 hairpin
     }
     filter forward default allow {}`,
  );
});
