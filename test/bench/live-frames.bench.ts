/** The measuring tool itself: what a packet costs in a router without rules, and with connection tracking. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ipv4, udp } from '../kernel/harness/crafting.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { encodePacket } from '../../cli/lab/packet.ts';
import { measureLiveFrames } from './live-frames.ts';

const packets = 200_000;

describe('live frames', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.create({
      interfaces: [
        { name: 'lan0', addresses: ['10.0.0.1/24'], routes: ['10.0.0.0/8'] },
        { name: 'uplink0', addresses: ['198.51.100.1/24'], routes: ['0.0.0.0/0'] },
      ],
    });
  });
  afterAll(() => lab.destroy());

  test.each([
    ['no rules', ''],
    ['an empty forward hook', 'table inet t { chain f { type filter hook forward priority 0; }; }'],
    ['connection tracking', 'table inet t { chain f { type filter hook forward priority 0; ct state new accept; }; }'],
  ])('a router with %s', async (name, ruleset) => {
    await lab.load(ruleset);
    const before = await sentBy(lab, 'uplink0');
    const frames = Array.from({ length: 50_000 }, (_, index) => {
      const from = `10.1.${(index >> 8) & 255}.${index & 255}`;
      return lab.frame(index, 'lan0', encodePacket(ipv4(from, `203.0.113.${(index * 7) & 255}`), udp(53), index)).bytes;
    });
    const run = { packets, action: 'pass' } as const;
    const costs = await measureLiveFrames(lab, {
      interface: 'lan0',
      frames,
      runs: [run, run, run, run, { packets, action: 'drop' }],
    });
    const [injection = 0] = costs.filter(({ action }) => action === 'drop').map(({ processor }) => processor);
    const whole = costs.filter(({ action }) => action === 'pass').map(({ processor }) => processor);
    console.log(`${name}: ${(Math.min(...whole) - injection).toFixed(0)} ns a packet, injection ${injection} ns`);
    // All of them; the interface may have reported its group memberships in the meantime.
    expect((await sentBy(lab, 'uplink0')) - before).toBeGreaterThanOrEqual(4 * packets);
    expect(lab.strays).toEqual([]);
    await lab.flush();
  });
});

/** Packets that the interface ever sent. */
async function sentBy(lab: Lab, name: string): Promise<number> {
  const [link] = JSON.parse(await lab.exec(['ip', '-json', '-s', 'link', 'show', name])) as [
    { stats64: { tx: { packets: number } } },
  ];
  return link.stats64.tx.packets;
}
