/** A destination translation of what the router sends itself, and the filter that comes after it. */
import { test, expect } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4, udp } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { formatObservation, ROUTER } from '../../cli/lab/observation.ts';
import { encodePacket } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { ZONES } from './reference/agreeing.ts';

describeWithKernel('what the router sends itself', () => {
  test('meets the filter for the host that it really goes to', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    await lab.load(
      artifactOf(`${ZONES}
        nat {
          dnat to 198.51.100.1 udp/53 -> 203.0.113.9
          dnat to 203.0.113.7 udp/53 -> 10.0.0.1
          dnat to 203.0.113.8 udp/54 -> 203.0.113.9
        }
        filter output default drop { allow udp/54 }`),
    );
    const packet = (id: number, to: string, port: number) =>
      lab.frame(id, ROUTER, encodePacket(ipv4('198.51.100.1', to), { ...udp(port), sourcePort: 4000 }, id));
    // To itself, and translated to a host outside: the filter drops it. To a host outside, and translated to itself: no
    // filter. The third is allowed.
    const sent = [packet(1, '198.51.100.1', 53), packet(2, '203.0.113.7', 53), packet(3, '203.0.113.8', 54)];
    const seen = (await lab.send([sent])).flat().map((one) => formatObservation(one).replace(/ udp.*/, ''));
    await lab.destroy();
    expect(seen).toEqual([
      '2 delivered IPv4 198.51.100.1:4000 > 10.0.0.1:53',
      '3 forwarded uplink0 IPv4 198.51.100.1:4000 > 203.0.113.9:54',
    ]);
  });
});
