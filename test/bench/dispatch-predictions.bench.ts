/**
 * Whether the times that are told of sk_lookup are those of lookups: what packets are to take by the program's tables, held against what
 * they take by BPF_PROG_TEST_RUN, which runs the program on one lookup many times over. A point is one kind of packets of a ClassBench
 * set, its rules for TCP and UDP as rules of `dispatch`. The constants that would fit these measurements are told besides.
 * `SLUICE_BENCH_SETS=fw1,ipc2` measures only these.
 */
import { test, type TestContext } from 'vitest';
import { LOOKUP_TIMES, type StepTimes } from '../../backends/ebpf/cost.ts';
import { Search } from '../../backends/ebpf/search.ts';
import { lowerDispatch } from '../../backends/ebpf/sk-lookup/lower.ts';
import { skLookup } from '../../backends/ebpf/sk-lookup/index.ts';
import { lowerPolicy } from '../../compiler/compile.ts';
import {
  ALL_PORTS,
  CLASSBENCH_SEEDS,
  classbenchPath,
  endpoint,
  isAnyPort,
  readClassbench,
  type ClassbenchRule,
} from '../builders/classbench.ts';
import { abstractOf } from '../builders/classbench/abstract.ts';
import { anyPacket, packetFor, randomFrom, type ClassbenchPacket } from '../builders/classbench/packets.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { compileForLookup, timeLookups } from '../kernel/sk-lookup/build.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';
import { sharedBytes } from '../shared-data.ts';
import { meanOf, multiplesOf, placesOf } from './frame-places.ts';
import { fastestTimes, judgePoints, tellFitted } from './points.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
/** Packets of a kind. */
const PACKETS = 200;
/** Runs of a packet, one after another. */
const RUNS = 500;
/** Over all sets: what runs beside it slows some minutes, and the fastest counts. */
const passes = Number(process.env['SLUICE_BENCH_PASSES'] ?? 15);
const SOCKETS = ['web', 'mail', 'resolver'];
const SEED = 20_180_501;
const PROTOCOLS: ReadonlyMap<number | undefined, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);

interface Trial {
  readonly name: string;
  readonly text: string;
  readonly kinds: readonly { readonly kind: string; readonly packets: readonly ClassbenchPacket[] }[];
}

test('predicted and measured times of lookups', (context) => {
  const trials = seeds.map((seed) => trialOf(context, seed));
  const fastest = fastestTimes(trials, passes, timesOf);
  const points = trials.flatMap((trial, at) => pointsOf(trial, fastest[at]!));
  judgePoints(points);
  tellFitted(points, LOOKUP_TIMES);
});

function trialOf(context: TestContext, seed: string): Trial {
  const all = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k'))));
  const rules = all.filter(isDispatched);
  const random = randomFrom(SEED);
  const draw = (one: () => ClassbenchPacket) => Array.from({ length: PACKETS }, () => ofTransport(one(), random));
  return {
    name: seed,
    text: `dispatch {\n${rules.map((rule, at) => `  ${ruleOf(rule)} -> socket ${SOCKETS[at % SOCKETS.length]}\n`).join('')}}\ntarget edge { sk_lookup }\n`,
    kinds: [
      { kind: 'in the boxes of rules', packets: draw(() => packetFor(rules[random(rules.length)]!, random)) },
      { kind: 'drawn uniformly', packets: draw(() => anyPacket(rules, random)) },
    ],
  };
}

/** Multicast and the like cannot be made local. */
function isDispatched({ protocol, destination }: ClassbenchRule): boolean {
  const first = destination.address >>> 24;
  return (protocol === undefined || PROTOCOLS.has(protocol)) && first > 0 && first !== 127 && first < 224;
}

function ofTransport(packet: ClassbenchPacket, random: (limit: number) => number): ClassbenchPacket {
  return PROTOCOLS.has(packet.protocol) ? packet : { ...packet, protocol: random(2) === 0 ? 6 : 17 };
}

function ruleOf({ protocol, source, destination, sourcePorts, destinationPorts }: ClassbenchRule): string {
  const [low, high] = destinationPorts;
  const ports = isAnyPort(destinationPorts) ? '' : `/${low === high ? low : `${low}-${high}`}`;
  const names = protocol === undefined ? [...PROTOCOLS.values()] : [PROTOCOLS.get(protocol)!];
  const service = names.map((name) => `${name}${ports}`).join(', ');
  return [service, ...endpoint('from', source, sourcePorts), ...endpoint('to', destination, ALL_PORTS)].join(' ');
}

function pointsOf({ name, text, kinds }: Trial, measured: readonly number[]) {
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputsWith({}), {
    planes: [skLookup],
    proof: false,
  });
  const { dispatch } = lowerDispatch(targets[0]!.planes[0]!.plan);
  const meanTime = (some: readonly AbstractPacket[], times: StepTimes): number => {
    const search = new Search(dispatch, times);
    return meanOf(some.map((packet) => search.timeOf(placesOf(packet, dispatch.fields))));
  };
  let from = 0;
  return kinds.map(({ kind, packets }) => {
    const some = packets.map(abstractOf);
    return {
      name: `${name}, ${kind}`,
      predicted: meanTime(some, LOOKUP_TIMES),
      measured: meanOf(measured.slice(from, (from += some.length))),
      multiples: multiplesOf((times) => meanTime(some, times)),
    };
  });
}

/** Nanoseconds of each packet. */
function timesOf({ text, kinds }: Trial): number[] {
  const packets = kinds.flatMap((kind) => kind.packets);
  const looked = packets.map((packet) => ({
    ...packet,
    family: 4 as const,
    source: BigInt(packet.source),
    destination: BigInt(packet.destination),
  }));
  return timeLookups(compileForLookup(text).artifacts, SOCKETS, looked, RUNS);
}
