/**
 * The campus as its operators had it: 1.6 million iptables rules, in chains and as long lists. How long and how much memory
 * `sluice import` and `sluice optimize` take, what is left, how long the kernel takes to load it, and what a packet costs
 * there against the table-driven campus of examples/campus-isp, in one run, in turns.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  compileCampus,
  FULL_SIZE,
  generateRules,
  makeCampus,
  SHAPERS,
  whyNoCampus,
  type Campus,
} from './campus/data.ts';
import { campusRouter, flowCosts, type FlowCosts } from './campus/router.ts';
import { median, ratioOf } from './medians.ts';
import { timed } from './compiled-by-command.ts';

const members = Number(process.env['SLUICE_BENCH_MEMBERS'] ?? FULL_SIZE);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);
const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));

/** Seconds that `nft -f` takes, in a namespace of its own. */
function load(ruleset: string): number {
  const script = `s=$(date +%s%N); nft -f "$0"; echo $(( $(date +%s%N) - s ))`;
  return Number(execFileSync('unshare', ['--net', 'sh', '-ec', script, ruleset], { encoding: 'utf8' })) / 1e9;
}

/** Runs the command on a dump and prints what it took. */
function run(name: string, words: readonly string[]): void {
  const { status, output, seconds, mebibytes } = timed([process.execPath, command, ...words]);
  expect(status, output).toBe(0);
  console.log(`${name}: ${seconds.toFixed(2)} s, ${mebibytes.toFixed(0)} MiB\n${output.split('\n')[0]}`);
  expect.soft(seconds).toBeLessThanOrEqual(30);
  expect.soft(mebibytes).toBeLessThanOrEqual(4096);
}

/** Imports and optimizes a dump; where the rule set is. */
function importAndOptimize(name: string, rules: string, folder: string): string {
  const [policy, ruleset] = [join(folder, `${name}-policy`), join(folder, `${name}.nft`)];
  run(`import, ${name}`, ['import', 'iptables-save', rules, '-o', policy]);
  const data = readdirSync(join(policy, 'data')).map((file) => {
    const rows = readFileSync(join(policy, 'data', file), 'utf8').split('\n').length - 1;
    return `${file} ${file.endsWith('.csv') ? rows - 1 : rows}`;
  });
  console.log(`rows: ${data.join(', ')}`);
  run(`optimize, ${name}`, ['optimize', rules, '-o', ruleset]);
  return ruleset;
}

/** What packets cost with the imported rules and with the example's, in turns. */
async function compareCosts(campus: Campus, ruleset: string): Promise<FlowCosts> {
  const routers = [
    { lab: await campusRouter(compileCampus(campus, SHAPERS)), costs: [] as FlowCosts[] },
    { lab: await campusRouter(readFileSync(ruleset, 'utf8')), costs: [] as FlowCosts[] },
  ];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { lab, costs } of routers) costs.push(await flowCosts(lab, campus, round, (flow) => flow.public));
    }
  } finally {
    for (const { lab } of routers) await lab.destroy();
  }
  const [example, imported] = routers.map(({ costs }) => costs);
  const ratioFor = (kind: keyof FlowCosts) => {
    const [own, base] = [imported!, example!].map((costs) => costs.map((cost) => cost[kind]));
    const ratio = ratioOf(own!, base!);
    console.log(`${kind}: ${median(own!).toFixed(0)} ns, ${ratio.toFixed(2)} of ${median(base!).toFixed(0)} ns`);
    return ratio;
  };
  return { new: ratioFor('new'), established: ratioFor('established') };
}

describe.skipIf(whyNoCampus() !== undefined)('the campus as iptables rules', () => {
  test('becomes tables, loads, and costs a packet what tables cost', async () => {
    const campus = makeCampus(members);
    const folder = mkdtempSync(join(tmpdir(), 'sluice-import-'));
    try {
      const chained = importAndOptimize('chains', campus.iptables, folder);
      const flat = importAndOptimize('lists', generateRules(join(folder, 'flat'), members, ['--flat']), folder);
      expect(readFileSync(flat).equals(readFileSync(chained))).toBe(true);
      const seconds = median([load(chained), load(chained), load(chained)]);
      console.log(`nft -f: ${seconds.toFixed(2)} s`);
      expect.soft(seconds).toBeLessThanOrEqual(20);
      const ratios = await compareCosts(campus, chained);
      expect.soft(ratios.new).toBeLessThanOrEqual(1.3);
      expect.soft(ratios.established).toBeLessThanOrEqual(1.3);
    } finally {
      campus.remove();
      rmSync(folder, { recursive: true });
    }
  });
});
