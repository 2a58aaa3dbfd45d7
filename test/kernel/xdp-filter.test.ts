/** Frames for stateless filters at XDP, in the kernel, get what the reference says becomes of them behind it. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { xdp } from '../../backends/ebpf/index.ts';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { parseIpv4, parseIpv6 } from '../../compiler/net/address.ts';
import { evaluate } from '../../compiler/semantics/evaluate.ts';
import type { Fate } from '../../compiler/semantics/fate.ts';
import { isLinkLocal } from '../../compiler/semantics/kernel/routing.ts';
import { udpPacket, type IpFields } from '../../compiler/semantics/packet/build.ts';
import { concatenate } from '../../compiler/semantics/packet/bytes.ts';
import { decodeFrame, encodeFrame, frameOf, type Frame } from '../../compiler/semantics/packet/frame.ts';
import { EMPTY_STATE } from '../../compiler/semantics/state.ts';
import { FILTER_INTERFACES, filteringPolicy } from '../arbitraries/policy/filtering.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';
import { buildPolicy } from './conformance/build.ts';
import { examine } from './conformance/examine.ts';
import { NETWORK, type Network } from './conformance/network.ts';
import { compileForXdp, shell, type Compiled } from './xdp/build.ts';
import type { ArrivingFrame } from './xdp/frames.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';
import { drawRouterFrames } from './xdp/router-frames.ts';
import { macOf, routerEnvironment, ROUTER_STEPS } from './xdp/router-network.ts';

/** In the full run in parts that can be run one by one (`-t 'part 3'`). */
const PARTS = Array.from({ length: count(1, 5) }, (_, part) => part);
/** Of each part. */
const POLICIES = count(6, 20);
const FRAMES = count(10_000, 25_000);
const REAL_POLICIES = count(3, 30);
const PACKETS = 500;

type Verdict = 'drop' | 'pass';

const VERDICTS: ReadonlyMap<number, Verdict> = new Map([
  [1, 'drop'],
  [2, 'pass'],
]);

/** What the program says of each frame, in the router's network. */
function run({ artifacts }: Compiled, frames: readonly ArrivingFrame[]): string[] {
  const pin = '/sys/fs/bpf/sluice/edge/program';
  const steps = `${ROUTER_STEPS}
load 0 up
runner run ${pin} ${FILTER_INTERFACES.join(' ')} < $frames
load 0 down`;
  const output = shell([artifacts], frames, FILTER_INTERFACES, steps);
  return [...output].map((byte) => VERDICTS.get(byte) ?? `verdict ${byte}`);
}

/**
 * What the program may say of a frame of which this becomes; undefined: either, for the host throws it away in silence. What is
 * malformed it leaves to the host.
 */
function allowedBy(fate: Fate): Verdict | undefined {
  switch (fate.kind) {
    case 'gone':
      if (fate.by === 'policy') return 'drop';
      return fate.why.startsWith('malformed IP header') ? 'pass' : undefined;
    case 'not judged':
      return undefined;
    case 'rejected':
      return isOfChoice(fate.with) ? undefined : 'pass';
    default:
      return 'pass';
  }
}

/** "Beyond scope of source address", which depends on the way out that the kernel chooses. */
function isOfChoice(answer: Extract<Fate, { kind: 'rejected' }>['with']): boolean {
  return answer !== 'tcp-reset' && answer.type === 1 && answer.code === 2;
}

/** To an address of the link, which is not forwarded to another one in any case: programs cannot tell whose it is. */
function staysOnLink({ packet }: Frame): boolean {
  return packet?.family === 6 && isLinkLocal(packet.destination ?? 0n);
}

function compiled(blocks: string): Compiled {
  const result = compileForXdp(`zone uplink = uplink0 zone inside = lan0, dmz0 ${blocks}
    target edge { xdp on ${FILTER_INTERFACES.join(', ')} }`);
  expect(renderFindings(result.diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return result;
}

function address(text: string): bigint {
  return BigInt(text.includes(':') ? parseIpv6(text)! : parseIpv4(text)!);
}

function arriving(ip: IpFields): ArrivingFrame {
  const packet = udpPacket(ip, { sourcePort: 1, destinationPort: 2, payload: new Uint8Array(8) });
  return { in: 'uplink0', bytes: encodeFrame(frameOf(packet, 0n, macOf('uplink0'))) };
}

interface Comparison {
  readonly differences: readonly string[];
  /** How many frames could get one verdict only, by what became of them. */
  readonly told: ReadonlyMap<string, number>;
}

function compare(built: Compiled, frames: readonly ArrivingFrame[]): Comparison {
  const verdicts = run(built, frames);
  const environment = routerEnvironment(built.policy!);
  const told = new Map<string, number>();
  const differences = frames.flatMap(({ in: name, bytes }, number) => {
    const arrival = { kind: 'received', in: name, frame: decodeFrame(bytes) } as const;
    if (staysOnLink(arrival.frame)) return [];
    const { outcomes } = evaluate(built.policy!, environment, EMPTY_STATE, 0, arrival);
    const allowed = outcomes.map(({ fate }) => allowedBy(fate));
    if (allowed.includes(undefined)) return [];
    const kind = `${outcomes[0]!.fate.kind} ${outcomes[0]!.spoke.at(-1)?.block ?? ''}`;
    told.set(kind, (told.get(kind) ?? 0) + 1);
    if (allowed.some((verdict) => verdict === verdicts[number])) return [];
    const fates = outcomes.map(({ fate }) => fate.kind).join(', ');
    return [`${name} ${verdicts[number]}, though ${fates}: ${Buffer.from(bytes).toString('hex')}`];
  });
  return { differences, told };
}

/** Without narrow links: of a packet that is too long for its way and forbidden, the host would say so. */
const WIDE: Network = { ...NETWORK, interfaces: NETWORK.interfaces.map((one) => ({ ...one, mtu: 1500 })) };
const NAMES = WIDE.interfaces.map(({ name }) => name);

describeWithXdp('stateless filters at XDP', () => {
  test.each(PARTS)('random policies, on frames of all kinds, part %i', (part) => {
    const policies = fastCheck.sample(filteringPolicy(FILTER_INTERFACES), { seed: seed + part, numRuns: 8 * POLICIES });
    const told = new Map<string, number>();
    let compared = 0;
    for (const [number, { policy, files }] of policies.entries()) {
      if (compared >= POLICIES * FRAMES) break;
      const built = compileForXdp(policy, files);
      if (built.artifacts.length === 0) continue;
      const frames = drawRouterFrames(
        built.program!,
        FILTER_INTERFACES,
        randomFrom(seed + part * 1000 + number),
        FRAMES,
      );
      const result = compare(built, frames);
      expect(result.differences.slice(0, 5).join('\n'), policy).toBe('');
      compared += frames.length;
      for (const [kind, times] of result.told) told.set(kind, (told.get(kind) ?? 0) + times);
    }
    expect(compared).toBeGreaterThanOrEqual(POLICIES * FRAMES);
    // All ways and verdicts, and what the host answers.
    for (const kind of [
      'gone filter input',
      'gone filter forward',
      'delivered filter input',
      'forwarded filter forward',
    ]) {
      expect(told.get(kind) ?? 0, kind).toBeGreaterThan(compared / 200);
    }
    expect(told.get('rejected ') ?? 0).toBeGreaterThan(compared / 200);
  });

  test('what is forwarded has one hop less by then, and expires without the filter', () => {
    const built = compiled('filter forward stateless default allow { drop ttl 0-9, 63, 100-150, 254-255 }');
    const hops = Array.from({ length: 256 }, (_, ttl) => ttl);
    const packets = hops.flatMap((ttl) => [
      { family: 4 as const, source: address('198.51.100.7'), destination: address('10.1.2.3'), ttl },
      { family: 6 as const, source: address('2600::1'), destination: address('2001:db8:c::5'), ttl },
      // This host.
      { family: 4 as const, source: address('198.51.100.7'), destination: address('198.51.100.1'), ttl },
    ]);
    const { differences, told } = compare(built, packets.map(arriving));
    expect(differences).toEqual([]);
    expect(told.get('gone filter forward')).toBe(2 * (9 + 1 + 51 + 1));
    expect(told.get('rejected ')).toBe(2 * 2);
  });

  test('fragments for this host get what the whole packet would', () => {
    const built = compiled(
      'filter input stateless default allow { drop from 198.51.100.0/28  drop to 192.0.2.65 gre }',
    );
    const fragments = [
      { offset: 0, more: true },
      { offset: 8, more: true },
      { offset: 16, more: false },
    ];
    const frames = ['198.51.100.7', '198.51.100.17'].flatMap((source) =>
      fragments.map((fragment) =>
        arriving({ family: 4, source: address(source), destination: address('192.0.2.65'), fragment }),
      ),
    );
    expect(run(built, frames)).toEqual(['drop', 'drop', 'drop', 'pass', 'pass', 'pass']);
  });

  test('a frame with more tags than the program reads gets past no filter', () => {
    const built = compiled('filter forward stateless default drop { }');
    const { bytes } = arriving({ family: 4, source: address('198.51.100.7'), destination: address('10.1.2.3') });
    const tag = Uint8Array.of(0x81, 0, 0, 0);
    const frames = [0, 1, 2, 3, 4].map((tags) => ({
      in: 'uplink0',
      bytes: concatenate([bytes.subarray(0, 12), ...Array.from({ length: tags }, () => tag), bytes.subarray(12)]),
    }));
    expect(run(built, frames)).toEqual(['drop', 'drop', 'drop', 'drop', 'drop']);
  });

  test('packets on real interfaces', async () => {
    const policies = fastCheck.sample(filteringPolicy(NAMES, 'essential off'), {
      seed,
      numRuns: 8 * REAL_POLICIES,
    });
    let tried = 0;
    let compared = 0;
    const fates = new Map<string, number>();
    for (const [number, text] of policies.entries()) {
      if (tried === REAL_POLICIES) break;
      const outcome = buildPolicy(text, { planes: [nftables, xdp] });
      if (outcome.kind === 'refused') continue;
      const { report, result } = await examine(text, outcome.built, PACKETS, seed + number, WIDE);
      expect(report).toBeUndefined();
      tried++;
      compared += result.compared;
      for (const [kind, times] of result.fates) fates.set(kind, (fates.get(kind) ?? 0) + times);
    }
    // A comparison of nothing but drops would say little.
    expect(compared - (fates.get('gone') ?? 0)).toBeGreaterThan(compared / 10);
    expect(compared).toBeGreaterThan(0.9 * REAL_POLICIES * PACKETS);
  });
});
