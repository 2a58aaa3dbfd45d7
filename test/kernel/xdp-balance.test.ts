/** Frames for services at XDP, in the kernel, go where the reference says, in the frames that the standards say. */
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { Artifact } from '../../compiler/plane.ts';
import { randomBalancing } from '../builders/balancing.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';
import { drawFrames } from './xdp/balance-frames.ts';
import { addressOf, BACKENDS, BALANCER_INTERFACES, NETWORK_STEPS } from './xdp/balance-network.ts';
import { BalanceReference, type Expected } from './xdp/balance-reference.ts';
import { compileForXdp, shell, type Compiled } from './xdp/build.ts';
import type { ArrivingFrame } from './xdp/frames.ts';
import { framesWithOptions } from './xdp/option-frames.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const POLICIES = count(6, 200);
const FRAMES = count(10_000, 25_000);

const PIN = '/sys/fs/bpf/sluice/edge';
const RUN = `runner frames ${PIN}/program ${BALANCER_INTERFACES.join(' ')} < $frames`;
const VERDICTS: ReadonlyMap<number, Expected['verdict']> = new Map([
  [1, 'drop'],
  [2, 'pass'],
  [3, 'back'],
  [4, 'other interface'],
]);

const KNOWN = BACKENDS.map(({ text, family, way }) => ({ text, family, hasSource: way.source !== undefined }));

interface Run {
  /** What the frames became each time. */
  readonly rounds: readonly (readonly Expected[])[];
  /** What `sluice-load stats` prints at the end. */
  readonly stats: string;
}

/** Loads the program in the network of backends, and runs it on all frames behind each of these steps. */
function run(artifacts: readonly Artifact[], frames: readonly ArrivingFrame[], steps: readonly string[]): Run {
  const text = [NETWORK_STEPS, 'load 0 up', ...steps.map((step) => `${step}\n${RUN}`), 'load 0 stats', 'load 0 down'];
  const output = shell([artifacts], frames, BALANCER_INTERFACES, text.join('\n'));
  let at = 0;
  const next = (): Expected => {
    const verdict = VERDICTS.get(output.readUInt32LE(at))!;
    const length = output.readUInt32LE(at + 4);
    const bytes = output.subarray(at + 8, at + 8 + length);
    at += 8 + length;
    return { verdict, bytes };
  };
  const rounds = steps.map(() => frames.map(next));
  return { rounds, stats: output.subarray(at).toString() };
}

function compiled(text: string): Compiled {
  const result = compileForXdp(text);
  expect(renderFindings(result.diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return result;
}

/** A line for each frame that got something else than the reference says. */
function differences(
  frames: readonly ArrivingFrame[],
  results: readonly Expected[],
  reference: BalanceReference,
): string[] {
  return frames.flatMap((frame, number) => {
    const wanted = reference.judge(frame);
    const got = results[number]!;
    if (got.verdict === wanted.verdict && Buffer.compare(got.bytes, wanted.bytes) === 0) return [];
    const text = ({ verdict, bytes }: Expected) => `${verdict} ${Buffer.from(bytes).toString('hex')}`;
    return [`${frame.in} ${Buffer.from(frame.bytes).toString('hex')}\n  is ${text(got)}\n  not ${text(wanted)}`];
  });
}

function countersIn(stats: string): string[] {
  return stats.split('\n').filter((line) => line !== '' && !line.endsWith(': 0 packets, 0 bytes'));
}

function addressesOf(texts: readonly string[]): AddressSet {
  const of = (width: 32 | 128) =>
    texts
      .filter((text) => text.includes(':') === (width === 128))
      .map((text) => IntervalSet.of(width, addressOf(text)));
  return AddressSet.of(IntervalSet.unionOf(32, of(32)), IntervalSet.unionOf(128, of(128)));
}

describeWithXdp('balance at XDP', () => {
  test('random policies, on frames of all kinds', () => {
    let sent = 0;
    for (let number = 0; number < POLICIES; number++) {
      const random = randomFrom(seed + number);
      const text = randomBalancing(KNOWN, BALANCER_INTERFACES, random);
      const { policy, program, artifacts } = compiled(text);
      const frames = drawFrames(program!, BALANCER_INTERFACES, random, FRAMES);
      const { rounds, stats } = run(artifacts, frames, ['']);
      const reference = new BalanceReference(policy!, BALANCER_INTERFACES);
      expect(differences(frames, rounds[0]!, reference).slice(0, 3).join('\n'), text).toBe('');
      expect(countersIn(stats).toSorted(), text).toEqual(reference.counters);
      sent += reference.total('sent');
    }
    expect(sent).toBeGreaterThan((POLICIES * FRAMES) / 50);
  });

  test('what cannot be sent is dropped and counted, each for its reason', () => {
    const { policy, program, artifacts } = compiled(`zone uplink = uplink0 zone inside = lan0
      balance routed {
        vip 192.0.2.10 service udp
        pool table routed(addr: ip) = { (10.82.0.11), (10.80.0.99), (10.80.0.11) }
        forward direct
      }
      balance lonely { vip 2001:db8::10 service udp pool routed forward direct }
      balance narrow {
        vip 192.0.2.11, 2001:db8::11 service tcp
        pool table narrow(addr: ip) = { (10.85.0.11), (2001:db8:85::12) }
        forward gre
      }
      balance nowhere {
        vip 192.0.2.12, 2001:db8::12 service tcp
        pool table nowhere(addr: ip) = { (10.83.0.11), (2001:db8:83::12) }
        forward ipip from 192.0.2.1, 2001:db8::1
      }
      target edge { xdp on uplink0, lan0 }`);
    const frames = drawFrames(program!, BALANCER_INTERFACES, randomFrom(seed), FRAMES);
    const { rounds, stats } = run(artifacts, frames, ['']);
    const reference = new BalanceReference(policy!, BALANCER_INTERFACES);
    expect(differences(frames, rounds[0]!, reference).slice(0, 3).join('\n')).toBe('');
    expect(countersIn(stats).toSorted()).toEqual(reference.counters);
    for (const outcome of ['sent', 'without backend', 'too long', 'without way'] as const) {
      expect(reference.total(outcome), outcome).toBeGreaterThan(0);
    }
  });

  test('packets with options that the kernel does not go on behind are left to it', () => {
    const { policy, artifacts } = compiled(`zone uplink = uplink0 zone inside = lan0
      balance web {
        vip 2001:db8::10 service udp/443
        pool table backends(addr: ip) = { (10.80.0.11), (2001:db8:81::12) }
        forward gre
      }
      target edge { xdp on uplink0, lan0 }`);
    const frames = framesWithOptions('2001:db8::10', 443, randomFrom(seed), FRAMES / 2);
    const { rounds } = run(artifacts, frames, ['']);
    const reference = new BalanceReference(policy!, BALANCER_INTERFACES);
    expect(differences(frames, rounds[0]!, reference).slice(0, 3).join('\n')).toBe('');
    expect(reference.total('sent')).toBeGreaterThan(frames.length / 10);
    expect(reference.total('sent')).toBeLessThan(0.9 * frames.length);
  });

  test('a backend that is marked down, comes back or weighs otherwise is a change of the table alone', () => {
    const pool = (weight: number) => `(10.80.0.11, 1), (10.80.0.12, ${weight}), (10.81.0.13, 2), (2001:db8:80::11, 1)`;
    const text = (weight: number) => `zone uplink = uplink0 zone inside = lan0
      balance web {
        vip 192.0.2.10, 2001:db8::10 service tcp, udp
        pool table backends(addr: ip, weight: u16) = { ${pool(weight)} }
        hash maglev 1009 on flow
        forward ipip
      }
      balance near {
        vip 192.0.2.11, 2001:db8::11 service tcp, udp
        pool backends
        forward direct
      }
      target edge { xdp on uplink0, lan0 }`;
    const { program, artifacts } = compiled(text(2));
    const frames = drawFrames(program!, BALANCER_INTERFACES, randomFrom(seed), FRAMES / 4);
    const all = ['10.80.0.11', '10.80.0.12', '10.81.0.13', '2001:db8:80::11'];
    const situations = [
      { step: '', weight: 2, down: [] },
      { step: 'load 0 backend 10.80.0.12 down', weight: 2, down: ['10.80.0.12'] },
      { step: 'load 0 backend 2001:db8:80::11 down', weight: 2, down: ['10.80.0.12', '2001:db8:80::11'] },
      { step: 'load 0 replace', weight: 2, down: ['10.80.0.12', '2001:db8:80::11'] },
      { step: 'load 0 backend 2001:db8:80::11 up; load 0 backend 10.80.0.12 up', weight: 2, down: [] },
      { step: 'load 0 backend 10.80.0.12 weight 9', weight: 9, down: [] },
      { step: 'load 0 backend 10.80.0.12 weight 0', weight: 0, down: [] },
      { step: 'load 0 replace', weight: 2, down: [] },
      { step: all.map((one) => `load 0 backend ${one} down`).join('; '), weight: 2, down: all },
    ];
    const { rounds } = run(
      artifacts,
      frames,
      situations.map(({ step }) => step),
    );
    for (const [number, { weight, down, step }] of situations.entries()) {
      const { policy } = compiled(text(weight));
      const reference = new BalanceReference(policy!, BALANCER_INTERFACES, addressesOf(down));
      expect(differences(frames, rounds[number]!, reference).slice(0, 3).join('\n'), step).toBe('');
      expect(reference.total('sent') > 0).toBe(down.length < all.length);
    }
  });
});
