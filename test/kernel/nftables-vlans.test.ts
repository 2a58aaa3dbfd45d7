/** Zones of VLANs at ingress, where frames still carry their tags; and zones by wildcards and of many interfaces. */
import { expect, test } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4, ipv6, udp } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { encodeFrame, encodePacket } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees } from './reference/agreeing.ts';

const policy = `
zone trunk = lan0 vlan 100-199, lan0 vlan 5, lan1
zone guests = lan0 vlan 7
zone uplink = uplink0
mitigate in trunk { drop udp/53 and count as trunk }
mitigate after {
  drop udp/54 in guests and count as guests
  drop udp/55 not in trunk and count as others
  allow udp/56
}
mitigate after in guests { drop udp/56 and count as never  drop udp/57 and count as late }
`;

describeWithKernel('zones in nftables', () => {
  test('frames are told apart by their tags', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    await lab.load(artifactOf(policy));
    let id = 0;
    const frame = (name: string, port: number, vlan: number | undefined) => {
      id += 1;
      const { router, peer } = lab.link(name);
      const network = id % 2 === 0 ? ipv4('10.0.0.5', '192.0.2.80') : ipv6('2001:db8:a::5', '2001:db8:d::80');
      const vlans = vlan === undefined ? [] : [{ id: vlan }];
      const bytes = encodeFrame({ source: peer, destination: router, vlans }, encodePacket(network, udp(port), id));
      return { id, interface: name, bytes };
    };
    await lab.send([
      [
        ...[100, 150, 199, 5, 99, 200, 7, undefined].map((vlan) => frame('lan0', 53, vlan)),
        frame('lan1', 53, undefined),
        frame('lan1', 53, 9),
        ...[7, 100, undefined].map((vlan) => frame('lan0', 54, vlan)),
        frame('uplink0', 55, undefined),
        ...[7, 120, 5].map((vlan) => frame('lan0', 55, vlan)),
        frame('lan0', 56, 7),
        frame('lan0', 57, 7),
      ],
    ]);
    const packets = async (counter: string) =>
      Number(/packets (\d+)/.exec(await lab.exec(['nft', 'list', 'counter', 'inet', 'sluice', counter]))?.[1]);
    expect(await packets('trunk')).toBe(6);
    expect(await packets('guests')).toBe(1);
    expect(await packets('others')).toBe(2);
    expect(await packets('never')).toBe(0);
    expect(await packets('late')).toBe(1);
    lab.strays.splice(0);
    await lab.destroy();
  });

  agrees(
    'by wildcards, among many names, and as some of all',
    `zone many = a1, a2, a3, a4, a5, a6, a7, a8, a9
     zone others = "b*", "c*"
     filter forward default drop {
       allow in inside, many tcp
       allow not in others, uplink udp
       allow in dmz, others out uplink
     }`,
  );
});
