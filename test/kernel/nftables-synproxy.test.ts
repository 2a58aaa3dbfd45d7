/** `synproxy`: a handshake that the kernel makes in the server's place, and what it lets through afterwards. */
import { expect, test } from 'vitest';
import { artifactOf } from '../builders/ruleset.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { ipv4 } from './harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import type { Observation } from '../../cli/lab/observation.ts';
import { decodePacket, encodePacket, formatPacket, packetOfFrame, type Tcp } from '../../cli/lab/packet.ts';
import { describeWithKernel } from './harness/require-kernel.ts';
import { agrees, ZONES } from './reference/agreeing.ts';

const [client, server] = ['203.0.113.9', '192.0.2.80'];

const proxied = `
  filter forward default drop {
    drop in uplink from 203.0.113.66
    synproxy with mss 1460, wscale 7, timestamps, sack in uplink to 192.0.2.80 tcp/80 and count as handshakes
    allow in dmz
  }
  filter output default drop {}
`;

/** A packet as one line, without what the kernel chooses. */
function line(one: Observation): string {
  const packet = one.kind === 'delivered' ? one.bytes : packetOfFrame(one.bytes);
  return `${one.kind} ${formatPacket(packet).replace(/ seq .*/, '')}`;
}

function tcpOf(one: Observation | undefined): Tcp {
  if (one === undefined || one.kind === 'delivered') throw new Error('nothing left');
  const transport = decodePacket(packetOfFrame(one.bytes))?.transport;
  if (transport?.protocol !== 'tcp') throw new Error('no TCP');
  return transport;
}

describeWithKernel('synproxy in nftables', () => {
  test('a handshake is answered with a cookie, repeated to the server, and its flow goes on', async () => {
    const lab = await Lab.create({
      ...labOptions(NETWORK),
      sysctls: { 'net.netfilter.nf_conntrack_tcp_loose': '0', 'net.ipv4.tcp_syncookies': '1' },
    });
    await lab.load(artifactOf(ZONES + proxied));
    let id = 0;
    const send = async (at: string, source: string, destination: string, segment: Omit<Tcp, 'protocol'>) => {
      id += 1;
      const packet = encodePacket(ipv4(source, destination), { protocol: 'tcp', window: 1000, ...segment }, id);
      return (await lab.send([[lab.frame(id, at, packet)]])).flat();
    };
    const toServer = { sourcePort: 40000, destinationPort: 80 };
    const toClient = { sourcePort: 80, destinationPort: 40000 };

    const [answer] = await send('uplink0', client, server, { ...toServer, flags: ['syn'], sequence: 100, mss: 1400 });
    expect(answer && line(answer)).toBe('answered IPv4 192.0.2.80:80 > 203.0.113.9:40000 tcp [SA]');
    const cookie = tcpOf(answer).sequence ?? 0;
    const [syn] = await send('uplink0', client, server, {
      ...toServer,
      flags: ['ack'],
      sequence: 101,
      acknowledgement: cookie + 1,
    });
    expect(syn && line(syn)).toBe('answered IPv4 203.0.113.9:40000 > 192.0.2.80:80 tcp [S]');
    const answers = await send('dmz0', server, client, {
      ...toClient,
      flags: ['syn', 'ack'],
      sequence: 7000,
      acknowledgement: (tcpOf(syn).sequence ?? 0) + 1,
      mss: 1200,
    });
    expect(answers.map(line)).toContain('answered IPv4 203.0.113.9:40000 > 192.0.2.80:80 tcp [A]');
    const [data] = await send('uplink0', client, server, {
      ...toServer,
      flags: ['psh', 'ack'],
      sequence: 101,
      acknowledgement: cookie + 1,
      payload: new Uint8Array(20),
    });
    expect(data && line(data)).toBe('forwarded IPv4 203.0.113.9:40000 > 192.0.2.80:80 tcp [PA]');
    expect(tcpOf(data).acknowledgement).toBe(7001);

    // Whoever has no cookie gets nowhere, and the server hears nothing of it.
    const wrong = { ...toServer, sourcePort: 40001, flags: ['ack'] as const, sequence: 101, acknowledgement: 5 };
    expect(await send('uplink0', client, server, wrong)).toEqual([]);
    expect(await lab.exec(['nft', 'list', 'counter', 'inet', 'sluice', 'handshakes'])).toContain('packets 1 ');
    await lab.destroy();
  });

  agrees(
    'rules before it, and packets that are none of its business',
    `filter forward default drop {
       drop in uplink to 10.1.2.3
       allow in dmz tcp/443
       synproxy ipv4 tcp
       allow udp
     }
     filter output default drop {}`,
    ['answered by synproxy', 'forwarded', 'gone'],
  );
  agrees(
    'to this host and beyond it',
    `filter input default drop {
       allow tcp/22
       synproxy ipv4 tcp
       allow udp
     }
     filter forward default drop {
       synproxy ipv4 in uplink, dmz tcp
       allow in inside
     }`,
    ['answered by synproxy', 'forwarded', 'delivered', 'gone'],
  );
});
