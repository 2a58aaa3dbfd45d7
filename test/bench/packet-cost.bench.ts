/**
 * What a packet costs in the full-size campus: a new flow's and an established flow's, against the same router with
 * connection tracking and one masquerade rule only, and against the same campus in iptables. All in one run, in turns.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../cli/lab/lab.ts';
import { compileCampus, FULL_SIZE, makeCampus, SHAPERS, whyNoCampus, type Campus } from './campus/data.ts';
import { campusRouter, flowCosts, type FlowCosts } from './campus/router.ts';
import { median, ratioOf } from './medians.ts';
import type { Flow } from './campus/traffic.ts';

const members = Number(process.env['SLUICE_BENCH_MEMBERS'] ?? FULL_SIZE);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);

const masquerade =
  'table inet plain {\n chain out { type nat hook postrouting priority srcnat; oifname "uplink0" masquerade;\n }\n}\n';

interface Router {
  readonly name: string;
  readonly lab: Lab;
  /** Where answers to a flow are sent. */
  readonly answerTo: (flow: Flow) => string;
  readonly costs: FlowCosts[];
}

describe.skipIf(whyNoCampus() !== undefined)('the campus, a packet', () => {
  let campus: Campus;
  let routers: Router[];
  beforeAll(async () => {
    campus = makeCampus(members);
    const toMember = (flow: Flow) => flow.public;
    const iptables = await campusRouter();
    await iptables.exec(['iptables-legacy-restore', campus.iptables]);
    routers = [
      { name: 'masquerade only', answerTo: () => '198.51.100.1', lab: await campusRouter(masquerade), costs: [] },
      {
        name: 'sluice without count',
        answerTo: toMember,
        lab: await campusRouter(compileCampus(campus, ['count', ...SHAPERS])),
        costs: [],
      },
      { name: 'sluice', answerTo: toMember, lab: await campusRouter(compileCampus(campus, SHAPERS)), costs: [] },
      { name: 'iptables', answerTo: toMember, lab: iptables, costs: [] },
    ];
  });
  afterAll(async () => {
    for (const { lab } of routers) await lab.destroy();
    campus.remove();
  });

  test('new and established flows', async () => {
    for (let round = 0; round < rounds; round++) {
      for (const { lab, answerTo, costs } of routers) costs.push(await flowCosts(lab, campus, round, answerTo));
    }
    const [plain, ...others] = routers;
    const ratios = others.map((one) => report(one, plain!));
    const [bare, whole] = ratios;
    expect.soft(bare!.established).toBeLessThanOrEqual(1.1);
    expect.soft(bare!.new).toBeLessThanOrEqual(1.1);
    expect.soft(whole!.established).toBeLessThanOrEqual(1.5);
    expect.soft(whole!.new).toBeLessThanOrEqual(1.5);
  });
});

/** Prints what a router's packets cost and gives their ratios to the plain router's. */
function report(one: Router, plain: Router): FlowCosts {
  const ratio = (kind: keyof FlowCosts) =>
    ratioOf(
      one.costs.map((costs) => costs[kind]),
      plain.costs.map((costs) => costs[kind]),
    );
  const ratios = { new: ratio('new'), established: ratio('established') };
  const line = (kind: keyof FlowCosts) => {
    const [own, base] = [one, plain].map(({ costs }) => median(costs.map((cost) => cost[kind])).toFixed(0));
    return `${kind} ${own} ns (${ratios[kind].toFixed(2)} of ${base} ns)`;
  };
  console.log(`${one.name}: ${line('new')}, ${line('established')}`);
  return ratios;
}
