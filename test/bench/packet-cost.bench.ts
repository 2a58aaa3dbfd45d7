/**
 * What a packet costs in the full-size campus: a new flow's and an established flow's, against the same router with
 * connection tracking and one masquerade rule only, and against the same campus in iptables. All in one run, in turns.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from '../kernel/harness/lab.ts';
import { FULL_SIZE, makeCampus, whyNoCampus, type Campus } from './campus/data.ts';
import { inward, outward, randomFlows, type Flow } from './campus/traffic.ts';
import { measureLiveFrames } from './live-frames.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const members = Number(process.env['SLUICE_BENCH_MEMBERS'] ?? FULL_SIZE);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);
const newFlows = 150_000;
const establishedFlows = 50_000;
const packets = 300_000;

const masquerade =
  'table inet plain {\n chain out { type nat hook postrouting priority srcnat; oifname "uplink0" masquerade;\n }\n}\n';

interface Router {
  readonly name: string;
  readonly lab: Lab;
  /** Where answers to a flow are sent. */
  readonly answerTo: (flow: Flow) => string;
  readonly newCosts: number[];
  readonly establishedCosts: number[];
}

async function router(name: string, answerTo: Router['answerTo'], load: (lab: Lab) => Promise<void>): Promise<Router> {
  const lab = await Lab.create({
    interfaces: [
      { name: 'lan0', addresses: ['172.16.0.1/24'], routes: ['10.0.0.0/8', '2001:db8::/32'] },
      { name: 'uplink0', addresses: ['198.51.100.1/24'], routes: ['0.0.0.0/0', '::/0'] },
    ],
  });
  await load(lab);
  return { name, lab, answerTo, newCosts: [], establishedCosts: [] };
}

/** The campus as the command compiles it; `without` are blocks to leave out. */
function compiled(campus: Campus, without: readonly string[]): string {
  let policy = readFileSync(campus.policy, 'utf8').replaceAll(/^expect \{[^]*?^\}/gm, '');
  for (const block of without) policy = policy.replace(new RegExp(`^${block}\\b[^]*?^\\}`, 'm'), '');
  const file = join(campus.folder, `without-${without.join('-') || 'nothing'}.sluice`);
  const output = `${file}.out`;
  writeFileSync(file, policy);
  execFileSync(process.execPath, [command, 'compile', file, '-o', output], { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(join(output, 'router/nftables/ruleset.nft'), 'utf8');
}

describe.skipIf(whyNoCampus() !== undefined)('the campus, a packet', () => {
  let campus: Campus;
  let routers: Router[];
  beforeAll(async () => {
    campus = makeCampus(members);
    const toMember = (flow: Flow) => flow.public;
    routers = [
      await router(
        'masquerade only',
        () => '198.51.100.1',
        (lab) => lab.load(masquerade),
      ),
      await router('sluice without count', toMember, (lab) => lab.load(compiled(campus, ['count']))),
      await router('sluice', toMember, (lab) => lab.load(compiled(campus, []))),
      await router('iptables', toMember, async (lab) => {
        await lab.exec(['iptables-legacy-restore', campus.iptables]);
      }),
    ];
  });
  afterAll(async () => {
    for (const { lab } of routers) await lab.destroy();
    campus.remove();
  });

  test('new and established flows', async () => {
    for (let round = 0; round < rounds; round++) {
      for (const one of routers) await measure(one, campus, round);
    }
    const [plain, ...others] = routers;
    for (const one of others) report(one, plain!);
    const [bare, whole] = others;
    expect.soft(ratio(bare!.establishedCosts, plain!.establishedCosts)).toBeLessThanOrEqual(1.1);
    expect.soft(ratio(bare!.newCosts, plain!.newCosts)).toBeLessThanOrEqual(1.1);
    expect.soft(ratio(whole!.establishedCosts, plain!.establishedCosts)).toBeLessThanOrEqual(1.5);
    expect.soft(ratio(whole!.newCosts, plain!.newCosts)).toBeLessThanOrEqual(1.5);
  });
});

async function measure(one: Router, campus: Campus, round: number): Promise<void> {
  const { lab } = one;
  await lab.exec(['conntrack', '-F']).catch(() => '');
  const fresh = randomFlows(campus, newFlows, 1000 + round);
  one.newCosts.push(await cost(lab, 'lan0', outward(lab, fresh), newFlows));
  await lab.exec(['conntrack', '-F']).catch(() => '');
  const flows = randomFlows(campus, establishedFlows, 1);
  await cost(lab, 'lan0', outward(lab, flows), establishedFlows);
  await cost(lab, 'uplink0', inward(lab, flows, one.answerTo), establishedFlows);
  one.establishedCosts.push(await cost(lab, 'lan0', outward(lab, flows), packets));
}

/** Nanoseconds of processor time for a packet, the injection's own taken off. */
async function cost(lab: Lab, name: string, frames: readonly Uint8Array[], count: number): Promise<number> {
  const runs = [
    { packets: count, action: 'pass' },
    { packets: count, action: 'drop' },
  ] as const;
  const [pass, drop] = await measureLiveFrames(lab, { interface: name, frames, runs });
  return pass!.processor - drop!.processor;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Median of the ratios, round by round: what slows the machine slows both. */
function ratio(costs: readonly number[], base: readonly number[]): number {
  return median(costs.map((cost_, round) => cost_ / base[round]!));
}

function report(one: Router, plain: Router): void {
  const line = (what: string, costs: readonly number[], base: readonly number[]) =>
    `${what} ${median(costs).toFixed(0)} ns (${ratio(costs, base).toFixed(2)} of ${median(base).toFixed(0)} ns)`;
  console.log(
    `${one.name}: ${line('new', one.newCosts, plain.newCosts)}, ${line('established', one.establishedCosts, plain.establishedCosts)}`,
  );
}
