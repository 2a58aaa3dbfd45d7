/**
 * Whether prices tell times: what packets are to take by the plan and the prices, held against what they take in the kernel, over the
 * ClassBench sets. A point is one kind of packets of one set: those let through, dropped, or within no rule, in the boxes of rules or
 * drawn uniformly. It is measured in each of several passes over all sets, minutes apart, and the median counts: what runs beside it
 * slows some minutes. `SLUICE_CALIBRATION` names a file of `sluice calibrate`; without it the prices are those of the source, of
 * another machine, so the errors are told once all predictions are scaled by one factor, too. `SLUICE_BENCH_SETS=fw1,ipc2` measures only these.
 */
import { expect, test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { readCalibration, withCalibration } from '../../cli/inputs/calibration-file.ts';
import { lowerPolicy, UNNAMED_BUILD } from '../../compiler/compile.ts';
import type { Plane } from '../../compiler/plane.ts';
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
import { kindsOf, WAY_OUT } from './classbench-traffic.ts';
import { median } from './medians.ts';
import { priceOfPacket } from './packet-price.ts';
import { quietCostOver } from './quiet-costs.ts';
import { spearman } from './spearman.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const passes = Number(process.env['SLUICE_BENCH_PASSES'] ?? 3);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 2);
const PACKETS = Number(process.env['SLUICE_BENCH_PACKETS'] ?? 10_000);
/** Of a kind, so many packets are followed through the plan. */
const FOLLOWED = 500;
const LEAST_SPEARMAN = 0.9;

/** One kind of packets of one set. Nanoseconds. */
interface Point {
  readonly name: string;
  readonly predicted: number;
  /** In each pass. */
  readonly measured: number[];
}

test('predicted and measured times of packets', async (context) => {
  const plane = planeAtHand();
  const points = new Map<string, Point>();
  for (let pass = 0; pass < passes; pass++) {
    for (const seed of seeds) {
      const text = new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k')));
      for (const point of await pointsOf(seed, readClassbench(text), plane)) {
        const known = points.get(point.name);
        if (known) known.measured.push(...point.measured);
        else points.set(point.name, point);
      }
    }
  }
  const all = [...points.values()].map((one) => ({ ...one, measured: median(one.measured) }));
  for (const { name, predicted, measured } of all) {
    console.log(`${name}: predicted ${predicted.toFixed(0)} ns, measured ${measured.toFixed(0)} ns`);
  }
  const [predicted, measured] = [all.map((one) => one.predicted), all.map((one) => one.measured)];
  const correlation = spearman(predicted, measured);
  const factor = median(all.map((one) => one.measured / one.predicted));
  const errorBy = (scale: number) =>
    (100 * median(all.map((one) => Math.abs(scale * one.predicted - one.measured) / one.measured))).toFixed(0);
  console.log(
    `${all.length} kinds of packets: Spearman ${correlation.toFixed(3)}; a prediction is off by ${errorBy(1)} % in the median, ` +
      `by ${errorBy(factor)} % where all are scaled by ${factor.toFixed(2)}`,
  );
  expect.soft(correlation).toBeGreaterThanOrEqual(LEAST_SPEARMAN);
});

async function pointsOf(seed: string, rules: readonly ClassbenchRule[], plane: Plane): Promise<Point[]> {
  const policy = { path: `${seed}.sluice`, text: classbenchPolicy(rules, { reserve: true }) };
  const { targets } = lowerPolicy(policy, inputsWith({}), { planes: [plane], proof: false });
  const { plan, lowered } = targets[0]!.planes[0]!;
  const written = lowered.write({ policy: seed, remarks: [] }).artifacts(UNNAMED_BUILD);
  const ruleset = Buffer.concat(written.find(({ path }) => path.endsWith('.nft'))!.content).toString();
  const points: Point[] = [];
  const labs: Lab[] = [];
  try {
    for (const text of [ruleset, EMPTY.accept, EMPTY.drop]) labs.push(await labWith(text));
    const [own, accepting, dropping] = labs as [Lab, Lab, Lab];
    for (const { kind, packets, passes: isLetThrough } of kindsOf(rules)) {
      const frames = packets.map((packet, id) => own.frame(id, 'in0', packetBytes(packet, id)).bytes);
      const traffic = { interface: 'in0', frames, packets: PACKETS };
      const measured = await quietCostOver(isLetThrough ? accepting : dropping, own, traffic, rounds);
      points.push({
        name: `${seed.padEnd(5)} ${kind}`,
        predicted: predictedFor(packets, plan, plane),
        measured: [measured],
      });
    }
  } finally {
    for (const lab of labs) await lab.destroy();
  }
  return points;
}

function predictedFor(packets: readonly ClassbenchPacket[], plan: Plan, { prices }: Plane): number {
  const { body } = plan.stages[0]!;
  const followed = packets.slice(0, FOLLOWED);
  return followed.reduce((sum, packet) => sum + priceOfPacket(body, abstractOf(packet), prices), 0) / followed.length;
}

const EMPTY = { accept: emptyChain('accept'), drop: emptyChain('drop') };

function emptyChain(policy: 'accept' | 'drop'): string {
  return `table inet plain { chain f { type filter hook forward priority filter; policy ${policy}; }; }`;
}

async function labWith(text: string): Promise<Lab> {
  const lab = await Lab.create({ interfaces: CLASSBENCH_INTERFACES });
  await lab.load(WAY_OUT);
  await lab.load(text);
  return lab;
}

/** The plane with the prices of the file that is named. */
function planeAtHand(): Plane {
  const file = process.env['SLUICE_CALIBRATION'];
  if (file === undefined) return nftables;
  const read = readCalibration(file, [nftables]);
  if ('finding' in read) throw new Error(read.finding.message);
  return withCalibration([nftables], read.planes)[0]!;
}
