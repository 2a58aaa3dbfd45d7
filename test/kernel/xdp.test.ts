/** Frames at XDP, in the kernel, get what the reference says. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { tcpPacket, udpPacket } from '../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../compiler/semantics/packet/packet.ts';
import { mitigationPolicy, XDP_INTERFACES } from '../arbitraries/policy/mitigation.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';

import { compileForXdp, raceXdp, runXdp, type Compiled } from './xdp/build.ts';
import { FrameSource, type ArrivingFrame } from './xdp/frames.ts';
import { Reference } from './xdp/reference.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

/** Five million frames in the full run, in parts that can be run one by one (`-t 'part 3'`). */
const PARTS = Array.from({ length: count(1, 10) }, (_, part) => part);
/** Of each part. */
const POLICIES = count(8, 20);
const FRAMES = count(12_000, 25_000);

interface Comparison {
  /** Frames that got something else than the reference says, a line each. */
  readonly differences: readonly string[];
  readonly dropped: number;
  /** Frames that met a rule. */
  readonly spoken: number;
  /** Instructions that the verifier went through. */
  readonly verified: number;
}

function compare(
  { policy, artifacts }: Compiled,
  interfaces: readonly string[],
  frames: readonly ArrivingFrame[],
): Comparison {
  const { verdicts, stats, verified } = runXdp(artifacts, interfaces, frames);
  const reference = new Reference(policy!, interfaces);
  const differences = frames.flatMap((frame, number) => {
    const allowed = reference.judge(frame);
    if (allowed.has(verdicts[number]!)) return [];
    return [`${frame.in} ${verdicts[number]}, not ${[...allowed].join()}: ${Buffer.from(frame.bytes).toString('hex')}`];
  });
  if (!reference.hasDrawnLots) {
    const counted = stats.split('\n').filter((line) => line !== '' && !line.endsWith(': 0 packets, 0 bytes'));
    expect(counted.toSorted()).toEqual(reference.counters);
  }
  const dropped = verdicts.filter((verdict) => verdict === 'drop').length;
  return { differences, dropped, spoken: reference.spoken, verified };
}

const ENDS = { family: 4 as const, source: 0x0a000001n, destination: 0x0a000002n };

function arriving(packet: Packet): ArrivingFrame {
  return { in: 'uplink0', bytes: encodeFrame(frameOf(packet)) };
}

function compiled(text: string, files: Readonly<Record<string, string>> = {}): Compiled {
  const result = compileForXdp(text, files);
  expect(renderFindings(result.diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return result;
}

describeWithXdp('mitigate at XDP', () => {
  test.each(PARTS)('random policies, on frames of all kinds, part %i', (part) => {
    const policies = fastCheck.sample(mitigationPolicy(), { seed: seed + part, numRuns: 8 * POLICIES });
    let compared = 0;
    let dropped = 0;
    let spoken = 0;
    for (const [number, { policy, files }] of policies.entries()) {
      if (compared >= POLICIES * FRAMES) break;
      // Empty sets and the like: not what this is about.
      const built = compileForXdp(policy, files);
      if (built.artifacts.length === 0) continue;
      const frames = new FrameSource(built.program!, XDP_INTERFACES, randomFrom(seed + part * 1000 + number)).draw(
        FRAMES,
      );
      const result = compare(built, XDP_INTERFACES, frames);
      expect(result.differences.slice(0, 5).join('\n'), policy).toBe('');
      compared += frames.length;
      dropped += result.dropped;
      spoken += result.spoken;
    }
    expect(compared).toBeGreaterThanOrEqual(POLICIES * FRAMES);
    expect(dropped).toBeGreaterThan(compared / 100);
    expect(spoken).toBeGreaterThan(compared / 12);
  });

  test('more rules than eight words have bits, and groups that leave over several of them', () => {
    const uplink = 'zone uplink = uplink0';
    const pairs = Array.from({ length: 350 }, (_, n) => {
      const net = `10.${n % 7}.${n % 64}.0-10.${n % 7}.${(n % 64) + (n % 20)}.255, 2001:db8:${n % 9}::/48`;
      return `count as c${n % 5} from ${net} udp/${n % 11}-${(n % 90) + 11}
        ${n % 3 === 0 ? 'allow' : 'drop'} from ${net} to 192.0.2.${n % 200}-192.0.2.${(n % 200) + (n % 50)} tcp/${n}-${n + 40}`;
    });
    const groups = [40, 130, 300].map((size, n) => {
      const rules = pairs.slice(n * 20, n * 20 + size).join('\n');
      return `group g${n}(machines) { leave to machines\n${rules} }`;
    });
    const text = `${uplink} ${groups.join('\n')} mitigate in uplink {
      use g0(192.0.2.0/26) ${pairs.slice(0, 100).join('\n')} use g1(192.0.2.128/25)
      use g2(192.0.2.64-192.0.2.80) ${pairs.slice(100).join('\n')}
    } target edge { xdp on uplink0 }`;
    const built = compiled(text);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES / 3);
    const { differences, dropped, spoken } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(dropped).toBeGreaterThan(frames.length / 40);
    expect(spoken).toBeGreaterThan(frames.length / 10);
  });

  test('a large table whose rows are all treated alike', () => {
    const many = count(3000, 100_000);
    const rows = Array.from({ length: many }, (_, n) => {
      const [high, low] = [(n * 7) >> 8, (n * 7) & 255];
      return `10.${high >> 8}.${high & 255}.${low},2001:db8:${high.toString(16)}:${low.toString(16)}::/64,${n % 2 === 0 ? 'full' : 'trial'}`;
    });
    const built = compiled(
      `zone uplink = uplink0
       table members(room: ipv4 key, room6: prefix6 key, plan: enum(full, trial)) from "members.csv"
       mitigate in uplink {
         each m in members where m.plan == trial { allow from m.room udp/53 drop from m.room udp count as seen from m.room }
         each m in members { drop to m.room6 tcp count as six to m.room6 }
       }
       target edge { xdp on uplink0 }`,
      { 'members.csv': `room,room6,plan\n${rows.join('\n')}\n` },
    );
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES / 3);
    const { differences, dropped, spoken } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(Math.min(dropped, spoken - dropped)).toBeGreaterThan(frames.length / 40);
  });

  test.each([70, 900])('%i rules that decide, and do nothing else', (many) => {
    const rules = Array.from({ length: many }, (_, n) => {
      const ends = `from 10.${n % 9}.${n % 128}.0/24, 2001:db8:${n % 70}::/48 to 10.0.0.0/8, 2001:db8::/32`;
      return `${n % 3 === 0 ? 'allow' : 'drop'} ${ends} udp/${n % 50}-${(n % 50) + (n % 7)}, tcp/${n}`;
    });
    const built = compiled(`zone uplink = uplink0 mitigate in uplink { ${rules.join('\n')} }
      target edge { xdp on uplink0 }`);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES / 3);
    const { differences, dropped, spoken } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(Math.min(dropped, spoken - dropped)).toBeGreaterThan(frames.length / 40);
  });

  test('limits of every kind, and tables of buckets that are full', () => {
    const text = `zone uplink = uplink0
      table hosts(address: ip key, limit: rate) = { (10.0.0.1, 2/day), (10.0.0.2, 3/day), (2001:db8::1, 9/day) }
      mitigate in uplink {
        drop udp/53 from 10.0.0.0/24 over 1/day per source, destination port burst 3 keys 5 when full match
        count as bytes udp up to 9bit per source/24/64 burst 3KiB
        count as few tcp from 2001:db8::/120 up to 20/day per source keys 4
        count as one icmp up to 7/day burst 40
        each h in hosts { drop to h.address tcp over h.limit per source burst 2 }
        drop from 10.0.0.0/8 over 1kbyte/day per mac, protocol burst 2KiB
      }
      target edge { xdp on uplink0 }`;
    const built = compiled(text);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES);
    const { differences, dropped, spoken } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(Math.min(dropped, spoken - dropped)).toBeGreaterThan(50);
  });

  test('memories of either family, read and written by rules in their order, and full ones', () => {
    const text = `zone uplink = uplink0
      memory banned(address: ip) timeout 1h
      memory few(address: ip) keys 7
      memory old(address: ipv4) timeout 2h
      mitigate in uplink {
        count as known from banned
        count as strange ipv6 not from few
        drop to old udp
        remember source in banned for 1d udp/0-300 and count as written
        remember destination in few tcp
        remember destination in old icmp sample 3/3
        forget source in banned from banned tcp flags syn
        drop from banned to few
        allow not from banned tcp and remember source in banned
      }
      target edge { xdp on uplink0 }`;
    const built = compiled(text);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES);
    const { differences, dropped, spoken } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(Math.min(dropped, spoken - dropped)).toBeGreaterThan(100);
  });

  test('a hundred limits are data, of which the verifier sees nothing', () => {
    const verified = [1, 20, 100].map((many) => {
      const rules = Array.from({ length: many }, (_, n) => {
        const key = ['source', 'source/24/64, destination port', 'mac, protocol', 'destination, source port'][n % 4];
        return n % 3 === 0
          ? `count as c${n} udp/${n} up to ${(n % 7) + 1}kbyte/day per ${key} burst ${n + 1}KiB keys 40`
          : `drop udp/${n - 1}-${n + 1} over 3/day per ${key} burst ${(n % 9) + 1} keys ${n + 5} and count as c${n}`;
      });
      const built = compiled(`zone uplink = uplink0
        mitigate in uplink {
          drop tcp over 9/day per destination
          count as wide ipv6 up to 9/day per source, destination, mac, protocol, source port, in
          ${rules.join('\n')}
        }
        target edge { xdp on uplink0 }`);
      const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES);
      const result = compare(built, ['uplink0'], frames);
      expect(result.differences.slice(0, 5)).toEqual([]);
      expect(result.dropped).toBeGreaterThan(20);
      return result.verified;
    });
    // The tables of ports are larger; limits add nothing.
    expect(Math.max(...verified)).toBeLessThan(1.1 * Math.min(...verified));
    expect(Math.max(...verified)).toBeLessThan(10_000);
  });

  test('a policy that needs all parts of the program at once', () => {
    const built = compiled(`zone uplink = uplink0
      zone inside = uplink0 vlan 5
      zone other = uplink0 vlan 6
      mitigate {
        drop in inside from 10.0.0.0/8, 2001:db8::/32 to 10.0.0.0/9, 2001:db8:1::/48 where length > 60 and ttl == 64
          and count as a and count as b and count as c
        drop in uplink dscp is ef
        drop tcp flags syn from any port 22 to any port 80
        drop icmp4 8 in inside
        drop icmp6 128
        drop fragment ipv6 in other
        drop udp/0-3000 from 0.0.0.5/0.0.0.255 and count as suffix
        drop where vlan == 7
        drop mac 02:00:00:00:00:01
        drop where payload[0..15] == 0x00000000000000000000000000000001 and source port == destination port sample 1/2
          over 3/day per source, destination, mac, source port, destination port, protocol, in
          over 4kbyte/day per source burst 2KiB
        count as few udp up to 3/day per source, destination, mac, source port, destination port, protocol, in
      }
      target edge { xdp on uplink0 }`);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES);
    const { differences, dropped, verified } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(dropped).toBeGreaterThan(frames.length / 20);
    expect(verified).toBeLessThan(200_000);
  });

  test('a bucket that many processors charge at once lets through as many as it holds', () => {
    const { artifacts } = compiled(`zone uplink = uplink0
      mitigate in uplink { drop udp over 1/hour per source, destination burst 800000 and count as beyond  count as within }
      target edge { xdp on uplink0 }`);
    const packet = udpPacket(ENDS, { sourcePort: 1, destinationPort: 2 });
    const counted = raceXdp(artifacts, arriving(packet), { threads: 4, times: 500_000 });
    expect(counted).toMatch(/^beyond: 1200000 packets/m);
    expect(counted).toMatch(/^within: 800000 packets/m);
  });

  test('every clause that no table finds', () => {
    const text = `zone uplink = uplink0 mitigate in uplink {
      count as all
      drop where source == destination
      count as ports where source port == destination port
      drop from 0.0.0.5/0.0.0.255, 10.0.0.0/8
      count as suffix not to ::1:2/::ffff:ffff, 0.0.0.5/0.0.0.255
      drop where payload[0..1] == 0x0000
      count as long not where payload[4..19] == 0x00000000000000000000000000000000
      drop where payload[30] == 0x00 and source port == destination port
    } target edge { xdp on uplink0 }`;
    const built = compiled(text);
    const frames = new FrameSource(built.program!, ['uplink0'], randomFrom(seed)).draw(FRAMES);
    const { differences, dropped } = compare(built, ['uplink0'], frames);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(dropped).toBeGreaterThan(frames.length / 20);
  });

  test('a sample of one in three is about a third', () => {
    const built = compiled(`zone uplink = uplink0
      mitigate in uplink { count as third sample 1/3  drop udp sample 3/3 }
      target edge { xdp on uplink0 }`);
    const packet = tcpPacket(ENDS, { sourcePort: 1, destinationPort: 2, flags: 2 });
    const third = /^third: (\d+) packets/m.exec(
      raceXdp(built.artifacts, arriving(packet), { threads: 2, times: 150_000 }),
    )![1];
    expect(Math.abs(Number(third) - 100_000)).toBeLessThan(3000);
    const { verdicts } = runXdp(
      built.artifacts,
      ['uplink0'],
      [arriving(udpPacket(ENDS, { sourcePort: 1, destinationPort: 2 }))],
    );
    expect(verdicts).toEqual(['drop']);
  });
});
