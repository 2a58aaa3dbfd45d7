/**
 * Whether prices tell times: what packets are to take by the plan and the prices, held against what they take in the kernel, over the
 * ClassBench sets. A point is one kind of packets of one set: those let through, dropped, or within no rule, in the boxes of rules or
 * drawn uniformly. It is measured in each of several passes over all sets, minutes apart, and the fastest counts: what runs beside it
 * slows some minutes, and quickens none. `SLUICE_CALIBRATION` names a file of `sluice calibrate`; without it the prices are those of the
 * source, of another machine, so the errors are told once all predictions are scaled by one factor, too. `SLUICE_BENCH_SETS=fw1,ipc2`
 * measures only these.
 */
import { test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { readCalibration, withCalibration } from '../../cli/inputs/calibration-file.ts';
import { lowerPolicy, UNNAMED_BUILD } from '../../compiler/compile.ts';
import type { Plane } from '../../compiler/plane.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import {
  CLASSBENCH_SEEDS,
  classbenchPath,
  classbenchPolicy,
  readClassbench,
  type ClassbenchRule,
} from '../builders/classbench.ts';
import { abstractOf } from '../builders/classbench/abstract.ts';
import { CLASSBENCH_INTERFACES, packetBytes, type ClassbenchPacket } from '../builders/classbench/packets.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { sharedBytes } from '../shared-data.ts';
import { kindsOf } from './classbench-traffic.ts';
import { judgePoints } from './points.ts';
import type { Traffic } from './packets-in-turns.ts';
import { priceOfPacket } from './packet-price.ts';
import { AROUND_THE_RULES, quietCost } from './quiet-costs.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const passes = Number(process.env['SLUICE_BENCH_PASSES'] ?? 6);
const PACKETS = Number(process.env['SLUICE_BENCH_PACKETS'] ?? 40_000);
/** Of a kind, so many packets are followed through the plan. */
const FOLLOWED = 500;

/** A set in a router of its own. */
interface Trial {
  readonly lab: Lab;
  readonly kinds: readonly Kind[];
}

/** One kind of packets of one set. Nanoseconds. */
interface Kind {
  readonly name: string;
  readonly predicted: number;
  readonly traffic: Traffic;
  /** In each pass. */
  readonly measured: number[];
}

test('predicted and measured times of packets', async (context) => {
  const plane = planeAtHand();
  const trials: Trial[] = [];
  try {
    for (const seed of seeds) {
      const text = new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k')));
      trials.push(await trialOf(seed, readClassbench(text), plane));
    }
    for (let pass = 0; pass < passes; pass++) {
      for (const { lab, kinds } of trials) {
        for (const { traffic, measured } of kinds) measured.push(await quietCost(lab, traffic));
      }
    }
  } finally {
    for (const { lab } of trials) await lab.destroy();
  }
  const all = trials.flatMap(({ kinds }) => kinds);
  judgePoints(all.map(({ name, predicted, measured }) => ({ name, predicted, measured: Math.min(...measured) })));
});

async function trialOf(seed: string, rules: readonly ClassbenchRule[], plane: Plane): Promise<Trial> {
  const policy = { path: `${seed}.sluice`, text: classbenchPolicy(rules, { reserve: true }) };
  const { targets } = lowerPolicy(policy, inputsWith({}), { planes: [plane], proof: false });
  const { plan, lowered } = targets[0]!.planes[0]!;
  const written = lowered.write({ policy: seed, remarks: [] }).artifacts(UNNAMED_BUILD);
  const ruleset = Buffer.concat(written.find(({ path }) => path.endsWith('.nft'))!.content).toString();
  const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  for (const text of [ruleset, AROUND_THE_RULES]) await lab.load(text);
  const kinds = kindsOf(rules).map(({ kind, packets }) => ({
    name: `${seed.padEnd(5)} ${kind}`,
    predicted: predictedFor(packets, plan, plane.prices),
    traffic: {
      interface: 'in0',
      frames: packets.map((packet, id) => lab.frame(id, 'in0', packetBytes(packet, id)).bytes),
      packets: PACKETS,
    },
    measured: [],
  }));
  return { lab, kinds };
}

function predictedFor(packets: readonly ClassbenchPacket[], plan: Plan, prices: Prices): number {
  const { body } = plan.stages[0]!;
  const followed = packets.slice(0, FOLLOWED);
  return followed.reduce((sum, packet) => sum + priceOfPacket(body, abstractOf(packet), prices), 0) / followed.length;
}

/** The plane with the prices of the file that is named. */
function planeAtHand(): Plane {
  const file = process.env['SLUICE_CALIBRATION'];
  if (file === undefined) return nftables;
  const read = readCalibration(file, [nftables]);
  if ('finding' in read) throw new Error(read.finding.message);
  return withCalibration([nftables], read.planes)[0]!;
}
