/**
 * Whether the times that are told of XDP are those of packets: what frames are to take by the program's tables, held against what they
 * take by BPF_PROG_TEST_RUN, which runs the program on one frame many times over. A point is one kind of packets of a ClassBench set,
 * as rules of `mitigate`, or of a list of prefixes. The constants that would fit these measurements are told besides. `SLUICE_BENCH_SETS=fw1,ipc2` measures
 * only these, `SLUICE_BENCH_SIZE=10k` the large sets.
 */
import { test, type TestContext } from 'vitest';
import { TIMES, type StepTimes } from '../../backends/ebpf/cost.ts';
import { lowerPlan } from '../../backends/ebpf/lower/index.ts';
import { Search } from '../../backends/ebpf/search.ts';
import { xdp } from '../../backends/ebpf/index.ts';
import { lowerPolicy } from '../../compiler/compile.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchXdpPolicy, readClassbench } from '../builders/classbench.ts';
import { abstractOf } from '../builders/classbench/abstract.ts';
import { packetBytes, type ClassbenchPacket } from '../builders/classbench/packets.ts';
import { encodeFrame, encodePacket, parseAddress } from '../../cli/lab/packet.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { compileForXdp, shell } from '../kernel/xdp/build.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';
import { sharedBytes } from '../shared-data.ts';
import { kindsOf } from './classbench-traffic.ts';
import { meanOf, multiplesOf, placesOf } from './frame-places.ts';
import { fastestTimes, judgePoints, tellFitted, type Point } from './points.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const size = process.env['SLUICE_BENCH_SIZE'] === '10k' ? '10k' : '1k';
/** Frames of a kind. */
const FRAMES = 200;
/** Runs of a frame, one after another. */
const RUNS = 500;
/** Over all sets: what runs beside it slows some minutes, and the fastest counts. */
const passes = Number(process.env['SLUICE_BENCH_PASSES'] ?? 6);
const ETHERNET = { destination: '02:00:00:00:00:01', source: '02:00:00:00:00:02' };

interface PricedPoint extends Point {
  /** How often a packet pays for each step, on average. */
  readonly multiples: StepTimes;
}

test('predicted and measured times of packets at XDP', (context) => {
  const trials = [
    ...seeds.map((seed) => classbench(context, seed)),
    ...([4, 6] as const).map((version) => prefixList(context, version)),
  ];
  const fastest = fastestTimes(trials, passes, timesOf);
  const points = trials.flatMap((trial, at) => pointsOf(trial, fastest[at]!));
  judgePoints(points);
  tellFitted(points, TIMES);
});

/** A policy, and frames of several kinds for it. */
interface Trial {
  readonly name: string;
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
  readonly kinds: readonly { readonly kind: string; readonly frames: readonly TimedFrame[] }[];
}

interface TimedFrame {
  readonly packet: AbstractPacket;
  readonly bytes: Uint8Array;
}

function classbench(context: TestContext, seed: string): Trial {
  const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, size))));
  const frameOf = (packet: ClassbenchPacket, id: number): TimedFrame => ({
    packet: abstractOf(packet),
    bytes: encodeFrame(ETHERNET, packetBytes(packet, id)),
  });
  return {
    name: seed,
    text: classbenchXdpPolicy(rules, 'uplink0'),
    files: {},
    kinds: kindsOf(rules).map(({ kind, packets }) => ({ kind, frames: packets.slice(0, FRAMES).map(frameOf) })),
  };
}

/** A published list of prefixes whose sources are dropped. */
function prefixList(context: TestContext, version: 4 | 6): Trial {
  const list = new TextDecoder().decode(sharedBytes(context, `data/prefixes/all_ipv${version}_merged.txt.gz`));
  const first = list
    .trim()
    .split('\n')
    .map((prefix) => prefix.split('/')[0]!);
  const listed = first.filter((_, at) => at % Math.floor(first.length / FRAMES) === 0);
  const others = listed.map((_, at) => (version === 4 ? `10.${at}.7.1` : `2001:db8:${at}::1`));
  const frameOf = (source: string): TimedFrame => {
    const destination = version === 4 ? '192.0.2.1' : '2001:db8::2';
    const transport = { protocol: 'udp', sourcePort: 5000, destinationPort: 53 } as const;
    return {
      packet: {
        family: version,
        source: valueOfAddress(source),
        destination: valueOfAddress(destination),
        in: undefined,
        out: undefined,
        numbers: { protocol: 17, 'source port': 5000, 'destination port': 53 },
      },
      bytes: encodeFrame(ETHERNET, encodePacket({ version, source, destination }, transport)),
    };
  };
  return {
    name: `${first.length} prefixes of IPv${version}`,
    text: `zone uplink = uplink0
let blocked from "list.txt"
mitigate in uplink { drop from blocked }
target router { xdp on uplink0 }
`,
    files: { 'list.txt': list },
    kinds: [
      { kind: 'from one of them', frames: listed.map(frameOf) },
      { kind: 'from none', frames: others.map(frameOf) },
    ],
  };
}

/** Its kinds' points, from the fastest that each frame was in all passes. */
function pointsOf({ name, text, files, kinds }: Trial, measured: readonly number[]): PricedPoint[] {
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputsWith(files), { planes: [xdp], proof: false });
  const { program } = lowerPlan(targets[0]!.planes[0]!.plan);
  const meanTime = (some: readonly TimedFrame[], times: StepTimes): number => {
    const search = new Search(program, times);
    return meanOf(some.map(({ packet }) => search.timeOf(placesOf(packet, program.fields))));
  };
  let from = 0;
  return kinds.map(({ kind, frames: some }) => ({
    name: `${name}, ${kind}`,
    predicted: meanTime(some, TIMES),
    measured: meanOf(measured.slice(from, (from += some.length))),
    multiples: multiplesOf((times) => meanTime(some, times)),
  }));
}

/** Nanoseconds of each frame. */
function timesOf({ text, files, kinds }: Trial): number[] {
  const { artifacts } = compileForXdp(text, files);
  const frames = kinds.flatMap((kind) => kind.frames.map(({ bytes }) => ({ in: 'uplink0', bytes })));
  const steps = `load 0 up > /dev/null
runner time /sys/fs/bpf/sluice/router/program ${RUNS} uplink0 < "$frames"
load 0 down > /dev/null`;
  return shell([artifacts], frames, ['uplink0'], steps).toString().trim().split('\n').map(Number);
}

function valueOfAddress(text: string): bigint {
  return parseAddress(text).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
