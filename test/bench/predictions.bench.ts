/**
 * Whether prices tell times: what packets are to take by the plan and the prices, held against what they take in the kernel, over the
 * ClassBench sets. A point is one kind of packets of one set: those let through, dropped, or within no rule, in the boxes of rules or
 * drawn uniformly. `SLUICE_CALIBRATION` names a file of `sluice calibrate`; without it the prices are those of the source.
 * `SLUICE_BENCH_SETS=fw1,ipc2` measures only these.
 */
import { expect, test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { readCalibration, withCalibration } from '../../cli/inputs/calibration-file.ts';
import { lowerPolicy, UNNAMED_BUILD } from '../../compiler/compile.ts';
import type { Plane } from '../../compiler/plane.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { abstractOf } from '../builders/classbench/abstract.ts';
import { CLASSBENCH_INTERFACES, packetBytes } from '../builders/classbench/packets.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { sharedBytes } from '../shared-data.ts';
import { kindsOf, WAY_OUT } from './classbench-traffic.ts';
import { median } from './medians.ts';
import { priceOfPacket } from './packet-price.ts';
import { costsOver } from './packets-in-turns.ts';
import { spearman } from './spearman.ts';

const seeds = process.env['SLUICE_BENCH_SETS']?.split(',') ?? CLASSBENCH_SEEDS;
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);
const PACKETS = Number(process.env['SLUICE_BENCH_PACKETS'] ?? 50_000);
/** Of a kind, so many packets are followed through the plan. */
const FOLLOWED = 500;
const LEAST_SPEARMAN = 0.9;

test('predicted and measured times of packets', async (context) => {
  const plane = planeAtHand();
  const points: { readonly predicted: number; readonly measured: number }[] = [];
  for (const seed of seeds) {
    const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k'))));
    const policy = { path: `${seed}.sluice`, text: classbenchPolicy(rules, { reserve: true }) };
    const { targets } = lowerPolicy(policy, inputsWith({}), { planes: [plane], proof: false });
    const [{ plan, lowered }] = targets[0]!.planes as [(typeof targets)[0]['planes'][0]];
    const written = lowered.write({ policy: seed, remarks: [] }).artifacts(UNNAMED_BUILD);
    const ruleset = Buffer.concat(written.find(({ path }) => path.endsWith('.nft'))!.content).toString();
    const labs: Lab[] = [];
    try {
      for (const text of [ruleset, EMPTY.accept, EMPTY.drop]) labs.push(await labWith(text));
      const [own, accepting, dropping] = labs as [Lab, Lab, Lab];
      for (const { kind, packets, passes } of kindsOf(rules)) {
        const frames = packets.map((packet, id) => own.frame(id, 'in0', packetBytes(packet, id)).bytes);
        const traffic = { interface: 'in0', frames, packets: PACKETS };
        const { over } = await costsOver(passes ? accepting : dropping, [own], traffic, rounds);
        const followed = packets.slice(0, FOLLOWED);
        const body = plan.stages[0]!.body;
        const predicted =
          followed.reduce((sum, packet) => sum + priceOfPacket(body, abstractOf(packet), plane.prices), 0) /
          followed.length;
        points.push({ predicted, measured: over[0]! });
        console.log(
          `${seed.padEnd(5)} ${kind}: predicted ${predicted.toFixed(0)} ns, measured ${over[0]!.toFixed(0)} ns`,
        );
      }
    } finally {
      for (const lab of labs) await lab.destroy();
    }
  }
  const [predicted, measured] = [points.map((one) => one.predicted), points.map((one) => one.measured)];
  const correlation = spearman(predicted, measured);
  const errors = points.map((one) => Math.abs(one.predicted - one.measured) / one.measured);
  console.log(
    `${points.length} kinds of packets: Spearman ${correlation.toFixed(3)}; a prediction is off by ` +
      `${(100 * median(errors)).toFixed(0)} % in the median`,
  );
  expect.soft(correlation).toBeGreaterThanOrEqual(LEAST_SPEARMAN);
});

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
