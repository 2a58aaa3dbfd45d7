/** Frames for services at XDP, in the kernel, go where the reference says, in the frames that the standards say. */
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { formatIpv4 } from '../../compiler/net/address.ts';
import { AddressSet } from '../../compiler/net/address-set.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { Artifact } from '../../compiler/plane.ts';
import type { ListeningSocket } from '../../compiler/semantics/environment.ts';
import { decodeFrame } from '../../compiler/semantics/packet/frame.ts';
import { isFragment, type Packet } from '../../compiler/semantics/packet/packet.ts';
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
function run(
  builds: readonly (readonly Artifact[])[],
  frames: readonly ArrivingFrame[],
  steps: readonly string[],
): Run {
  const text = [NETWORK_STEPS, 'load 0 up', ...steps.map((step) => `${step}\n${RUN}`), 'load 0 stats', 'load 0 down'];
  const output = shell(builds, frames, BALANCER_INTERFACES, text.join('\n'));
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

/** Sockets of the balancer's own, and one that is connected to the peer that is named. */
const OWN_SOCKETS = `
const net = require('net'), dgram = require('dgram');
const [address, port] = process.argv.slice(1);
const up = (start) => new Promise((done) => start(done));
const connected = dgram.createSocket('udp4');
Promise.all([
  up((done) => net.createServer().listen({ port: 8080, host: '::' }, done)),
  up((done) => net.createServer().listen({ port: 8081, host: '192.0.2.10' }, done)),
  up((done) => dgram.createSocket('udp6').bind(8081, '2001:db8::10', done)),
  up((done) => connected.bind(8082, '192.0.2.10', () => connected.connect(Number(port), address, done))),
]).then(() => console.log('ready'));`;

function isDatagramTo(packet: Packet | undefined, port: number): boolean {
  const isIt = packet?.family === 4 && packet.protocol === 17 && packet.destinationPort === port;
  return isIt && packet.destination === addressOf('192.0.2.10') && !isFragment(packet);
}

describeWithXdp('balance at XDP', () => {
  test('random policies, on frames of all kinds', () => {
    let sent = 0;
    for (let number = 0; number < POLICIES; number++) {
      const random = randomFrom(seed + number);
      const text = randomBalancing(KNOWN, BALANCER_INTERFACES, random);
      const { policy, program, artifacts } = compiled(text);
      const frames = drawFrames(program!, BALANCER_INTERFACES, random, FRAMES);
      const { rounds, stats } = run([artifacts], frames, ['']);
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
    const { rounds, stats } = run([artifacts], frames, ['']);
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
    const { rounds } = run([artifacts], frames, ['']);
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
      [artifacts],
      frames,
      situations.map(({ step }) => step),
    );
    for (const [number, { weight, down, step }] of situations.entries()) {
      const { policy } = compiled(text(weight));
      const reference = new BalanceReference(policy!, BALANCER_INTERFACES, { down: addressesOf(down) });
      expect(differences(frames, rounds[number]!, reference).slice(0, 3).join('\n'), step).toBe('');
      expect(reference.total('sent') > 0).toBe(down.length < all.length);
    }
  });

  test('flows that are remembered stay where they were, whatever becomes of the table, and over replaces', () => {
    const POOL = '(10.80.0.11, 1), (10.80.0.12, 2), (10.81.0.13, 2), (2001:db8:80::11, 1)';
    const text = (weight: number, more: string, flows: string) => `zone uplink = uplink0 zone inside = lan0
      balance web {
        vip 192.0.2.10, 2001:db8::10 service tcp, udp
        pool table backends(addr: ip, weight: u16) = { ${POOL.replace('12, 2', `12, ${weight}`)}${more} }
        hash maglev 1009 on flow
        ${flows}
        forward ipip
      }
      balance near {
        vip 192.0.2.11, 2001:db8::11 service tcp, udp
        pool table nearby(addr: ip) = { (10.81.0.11), (10.81.0.12), (10.81.0.13), (2001:db8:81::11), (2001:db8:81::12) }
        hash maglev 251 on source
        ${flows}
        forward direct
      }
      target edge { xdp on uplink0, lan0 }`;
    const remember = 'remember 50000 flows';
    // The second build has a backend more, so that those of the second service have other numbers.
    const builds = [text(2, '', remember), text(2, ', (10.82.0.11, 3)', remember)].map(compiled);
    const frames = drawFrames(builds[0]!.program!, BALANCER_INTERFACES, randomFrom(seed), FRAMES / 4);
    const situations = [
      { step: '', build: 0, weight: 2, down: [] },
      { step: 'load 0 backend 10.80.0.12 down', build: 0, weight: 2, down: ['10.80.0.12'] },
      { step: 'load 0 backend 10.80.0.12 up', build: 0, weight: 2, down: [] },
      { step: 'load 0 backend 10.80.0.11 weight 0', build: 0, weight: 2, down: [], drained: true },
      { step: 'load 1 replace', build: 1, weight: 2, down: [] },
      { step: 'load 1 backend 10.81.0.13 down', build: 1, weight: 2, down: ['10.81.0.13'] },
      { step: 'load 0 replace', build: 0, weight: 2, down: ['10.81.0.13'] },
    ];
    const { rounds } = run(
      builds.map(({ artifacts }) => artifacts),
      frames,
      situations.map(({ step }) => step),
    );
    let reference: BalanceReference | undefined;
    let kept = 0;
    for (const [number, { build, weight, down, step, drained }] of situations.entries()) {
      const own = text(weight, build === 1 ? ', (10.82.0.11, 3)' : '', remember);
      const { policy } = compiled(drained ? own.replace('(10.80.0.11, 1)', '(10.80.0.11, 0)') : own);
      reference = new BalanceReference(policy!, BALANCER_INTERFACES, { down: addressesOf(down), earlier: reference });
      expect(differences(frames, rounds[number]!, reference).slice(0, 3).join('\n'), step).toBe('');
      // Without a memory, some of them would have gone elsewhere.
      const { policy: forgetful } = compiled(own.replaceAll(remember, ''));
      const without = new BalanceReference(forgetful!, BALANCER_INTERFACES, { down: addressesOf(down) });
      kept += differences(frames, rounds[number]!, without).length;
    }
    expect(kept).toBeGreaterThan(frames.length / 100);
  });

  test('a full memory forgets, and goes on', () => {
    const { policy, artifacts } = compiled(`zone uplink = uplink0 zone inside = lan0
      balance web {
        vip 192.0.2.0/24, 2001:db8::/64 service tcp, udp
        pool table backends(addr: ip) = { (10.80.0.11), (10.80.0.12) }
        remember 1 flows
        forward ipip
      }
      target edge { xdp on uplink0, lan0 }`);
    const frames = framesWithOptions('2001:db8::10', 443, randomFrom(seed), FRAMES / 4);
    const { rounds } = run([artifacts], frames, ['', '']);
    for (const round of rounds) {
      const reference = new BalanceReference(policy!, BALANCER_INTERFACES);
      expect(differences(frames, round, reference).slice(0, 3).join('\n')).toBe('');
    }
  });

  test('what a socket of this host takes stays here, and nothing else', () => {
    const { policy, program, artifacts } = compiled(`zone uplink = uplink0 zone inside = lan0
      balance web {
        vip 192.0.2.10, 2001:db8::10 service tcp/8080-8083, udp/8080-8083
        pool table servers(addr: ip) = { (10.80.0.11), (10.80.0.12), (2001:db8:81::12) }
        local first
        forward ipip
      }
      balance others {
        vip 192.0.2.11 service tcp/8080-8083, udp/8080-8083
        pool servers
        forward ipip
      }
      target edge { xdp on uplink0, lan0 }`);
    const frames = drawFrames(program!, BALANCER_INTERFACES, randomFrom(seed), FRAMES / 2);
    const without = new BalanceReference(policy!, BALANCER_INTERFACES);
    const sentOn = frames.filter((frame) => without.judge(frame).verdict !== 'pass');
    // Of a flow that comes, and would be sent on, this host has the connection.
    const flow = sentOn.map(({ bytes }) => decodeFrame(bytes).packet).find((packet) => isDatagramTo(packet, 8082))!;
    const peer = { value: flow.source!, port: flow.sourcePort! };
    const ipv4 = { family: 4, value: addressOf('192.0.2.10') } as const;
    const ipv6 = { family: 6, value: addressOf('2001:db8::10') } as const;
    const sockets: ListeningSocket[] = [
      { name: 'any', protocol: 6, port: 8080 },
      { name: 'ipv4', protocol: 6, port: 8081, address: ipv4 },
      { name: 'ipv6', protocol: 17, port: 8081, address: ipv6 },
      { name: 'connected', protocol: 17, port: 8082, address: ipv4, peer },
    ];
    const steps = `
ip address add 192.0.2.10/32 dev lo
ip address add 2001:db8::10/128 dev lo nodad
ip route add ${formatIpv4(Number(peer.value))}/32 dev uplink0
${process.execPath} -e "${OWN_SOCKETS}" ${formatIpv4(Number(peer.value))} ${peer.port} > $frames.sockets &
trap 'kill $(jobs -p)' EXIT
until grep -q ready $frames.sockets; do sleep 0.1; done`;
    const { rounds } = run([artifacts], frames, [steps]);
    const reference = new BalanceReference(policy!, BALANCER_INTERFACES, { sockets });
    expect(differences(frames, rounds[0]!, reference).slice(0, 3).join('\n')).toBe('');
    expect(differences(frames, rounds[0]!, without).length).toBeGreaterThan(frames.length / 50);
    const listening = new BalanceReference(policy!, BALANCER_INTERFACES, { sockets: sockets.slice(0, 3) });
    expect(differences(frames, rounds[0]!, listening).length).toBeGreaterThan(0);
  });
});
