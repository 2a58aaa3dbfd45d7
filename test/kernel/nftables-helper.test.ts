/** `helper`: what a control connection announces passes as related, and nothing else does. */
import { expect, test } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4, ipv6, udp } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { formatObservation } from '../../cli/lab/observation.ts';
import { encodePacket, type Network, type Udp } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { ZONES } from './reference/agreeing.ts';

/** A TFTP read request (RFC 1350, section 5): opcode 1. */
const REQUEST = Uint8Array.of(0, 1, ...Buffer.from('file\0octet\0'));

describeWithKernel('helpers in nftables', () => {
  test('the answer of a TFTP server comes from another port', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    await lab.load(
      artifactOf(`${ZONES}
        filter forward default drop { allow in inside udp/69 and helper tftp }
        nat { masquerade ipv4 out uplink }`),
    );
    let id = 0;
    const fate = async (at: string, network: Network, datagram: Udp) => {
      id += 1;
      const seen = (await lab.send([[lab.frame(id, at, encodePacket(network, datagram, id))]])).flat();
      return seen.map((one) => formatObservation(one).replace(/^\d+ | udp.*/g, '')).join() || 'gone';
    };
    const request: Udp = { protocol: 'udp', sourcePort: 40000, destinationPort: 69, payload: REQUEST };
    const answer: Udp = { ...udp(40000), sourcePort: 3000 };

    expect(await fate('uplink0', ipv4('203.0.113.9', '198.51.100.1'), answer)).toMatch(/^delivered/);
    expect(await fate('lan0', ipv4('10.0.0.5', '203.0.113.9'), request)).toMatch(/uplink0 .* > 203\.0\.113\.9:69$/);
    expect(await fate('uplink0', ipv4('203.0.113.9', '198.51.100.1'), { ...answer, sourcePort: 3001 })).toBe(
      'forwarded lan0 IPv4 203.0.113.9:3001 > 10.0.0.5:40000',
    );
    expect(await fate('lan0', ipv6('2001:db8:a::5', '2001:db8:ffff::9'), request)).toMatch(/^forwarded uplink0/);
    expect(await fate('uplink0', ipv6('2001:db8:ffff::77', '2001:db8:a::5'), answer)).toBe('gone');
    expect(await fate('uplink0', ipv6('2001:db8:ffff::9', '2001:db8:a::5'), answer)).toBe(
      'forwarded lan0 IPv6 [2001:db8:ffff::9]:3000 > [2001:db8:a::5]:40000',
    );
    await lab.destroy();
  });
});
