/**
 * 10,000 rules of several fields (ClassBench) at XDP, and in nftables as a plain list in a forward hook: what a packet costs over
 * a router without them, live frames through both in turns, in one run. `SLUICE_BENCH_SETS=fw1,ipc2` measures other sets,
 * `SLUICE_BENCH_SIZE=1k` the small ones.
 */
import { describe, expect, test } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { linearNft } from '../builders/classbench/linear-rules.ts';
import { CLASSBENCH_INTERFACES, packetBytes } from '../builders/classbench/packets.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { compileForXdp } from '../kernel/xdp/build.ts';
import { loadInLab } from '../kernel/xdp/in-lab.ts';
import { sharedBytes } from '../shared-data.ts';
import { kindsOf, WAY_OUT, type Kind } from './classbench-traffic.ts';
import { measureLiveFrames, type LiveRun } from './live-frames.ts';
import { median, ratioOf } from './medians.ts';

const asked = process.env['SLUICE_BENCH_SETS']?.split(',') ?? ['acl1', 'fw1'];
const seeds = CLASSBENCH_SEEDS.filter((seed) => asked.includes(seed));
const size = process.env['SLUICE_BENCH_SIZE'] === '1k' ? '1k' : '10k';
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);

const PACKETS = 100_000;
/** A list of 10,000 rules takes many microseconds for one. */
const PACKETS_FOR_LIST = 20_000;
/** What a packet may cost at XDP, as a share of what it costs in the list. */
const GOAL = 1 / 20;

describe('rules at XDP, and as a plain list', () => {
  for (const seed of seeds) {
    test(seed, async (context) => {
      const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, size))));
      const interfaces = CLASSBENCH_INTERFACES.map(({ name }) => name);
      const { artifacts } = compileForXdp(classbenchPolicy(rules, { xdp: interfaces }));
      const [empty, list, atXdp] = await Promise.all([router(), router(), router()]);
      await list.load(linearNft(rules));
      const unload = loadInLab(atXdp, artifacts);
      try {
        for (const kind of kindsOf(rules)) {
          await compare(`${seed}, ${rules.length} rules`, kind, { empty, list, atXdp });
        }
      } finally {
        unload();
        for (const lab of [empty, list, atXdp]) await lab.destroy();
      }
    });
  }
});

interface Routers {
  readonly empty: Lab;
  readonly list: Lab;
  readonly atXdp: Lab;
}

async function router(): Promise<Lab> {
  const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  await lab.load(WAY_OUT);
  return lab;
}

async function compare(title: string, { kind, packets, passes }: Kind, routers: Routers): Promise<void> {
  const frames = packets.map((packet, id) => routers.empty.frame(id, 'in0', packetBytes(packet, id)).bytes);
  const own: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const whole = await costOf(routers.empty, frames, { packets: PACKETS, action: 'pass' });
    const listed = await costOf(routers.list, frames, { packets: PACKETS_FOR_LIST, action: 'pass' });
    const judged = await costOf(routers.atXdp, frames, { packets: PACKETS, action: 'judge' });
    // What the program drops sees nothing of the router; what the list drops has most of its way behind it.
    own.push(passes ? judged - whole : judged);
    theirs.push(listed - whole);
  }
  const ratio = ratioOf(own, theirs);
  console.log(
    `${title}: ${kind}: ${median(own).toFixed(0)} ns at XDP, ${(median(theirs) / 1000).toFixed(1)} µs in the list; ` +
      `1/${(1 / ratio).toFixed(0)} of that, and 1/${1 / GOAL} is the goal`,
  );
  expect.soft(ratio, `${title}: ${kind}`).toBeLessThanOrEqual(GOAL);
}

/** Nanoseconds of processor time for a packet, the injection's own taken off. */
async function costOf(lab: Lab, frames: readonly Uint8Array[], run: LiveRun): Promise<number> {
  const runs = [run, { packets: run.packets, action: 'drop' }] as const;
  const [cost, injection] = await measureLiveFrames(lab, { interface: 'in0', frames, runs });
  return cost!.processor - injection!.processor;
}
