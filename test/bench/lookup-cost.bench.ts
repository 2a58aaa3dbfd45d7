/**
 * What the campus's lookups cost, each against bare lookups in sets of the same size, in one run: a counter, which is a
 * lookup that counts; and a packet's whole way, which must not grow with the tables by more than its lookups do.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../cli/lab/lab.ts';
import { FULL_SIZE, compileCampus, makeCampus, SHAPERS, whyNoCampus, type Campus } from './campus/data.ts';
import { campusRouter, costOf, flowCosts, type FlowCosts } from './campus/router.ts';
import { median } from './medians.ts';
import { outward, randomFlows } from './campus/traffic.ts';

const members = Number(process.env['SLUICE_BENCH_MEMBERS'] ?? FULL_SIZE);
const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 9);
const packets = 400_000;

describe.skipIf(whyNoCampus() !== undefined)('the lookups of the campus', () => {
  let campus: Campus;
  let tenth: Campus;
  const labs: Lab[] = [];
  beforeAll(() => {
    campus = makeCampus(members);
    tenth = makeCampus(Math.ceil(members / 10));
  });
  afterAll(async () => {
    for (const lab of labs) await lab.destroy();
    campus.remove();
    tenth.remove();
  });

  async function routerWith(ruleset: string): Promise<Lab> {
    const lab = await campusRouter(ruleset);
    labs.push(lab);
    return lab;
  }

  test('a counter, against the same lookup without one', async () => {
    const counting = compileCampus(campus, ['mitigate', 'nat', 'filter forward', 'filter input', ...SHAPERS]);
    const bare = counting.replaceAll(/^\t\tcounter\n| counter\b/gm, '');
    const empty = bare.replaceAll(/^\t\tip6? [sd]addr .*\n/gm, '');
    expect([counting, bare, empty].map((text) => text.length)).toEqual(
      [counting, bare, empty].map((text) => text.length).toSorted((a, b) => b - a),
    );
    const routers = await Promise.all([counting, bare, empty].map(routerWith));
    const costs: number[][] = routers.map(() => []);
    for (let round = 0; round < rounds; round++) {
      const flows = randomFlows(campus, 100_000, 2000 + round);
      for (const [index, lab] of routers.entries()) {
        costs[index]!.push(await costOf(lab, 'lan0', outward(lab, flows), packets));
      }
    }
    const [counted, looked, base] = costs as [number[], number[], number[]];
    const ratios = counted.map((cost, round) => (cost - base[round]!) / (looked[round]! - base[round]!));
    const nanoseconds = (some: readonly number[]) => median(some.map((cost, round) => cost - base[round]!)).toFixed(0);
    console.log(
      `counters of a packet: ${nanoseconds(counted)} ns, their bare lookups: ${nanoseconds(looked)} ns ` +
        `(${median(ratios).toFixed(2)}; without either ${median(base).toFixed(0)} ns)`,
    );
    expect.soft(median(ratios)).toBeLessThanOrEqual(1.2);
  });

  test('ten times the rows, against as many bare lookups in sets of these sizes', async () => {
    const rulesets = [tenth, campus].map((one) => compileCampus(one, SHAPERS));
    const [few, many] = rulesets.map(lookupsIn);
    console.log(`lookups in sets and maps: ${few} in a tenth of the campus, ${many} in the whole`);
    expect(many).toBe(few);

    const sluice = await Promise.all(rulesets.map(routerWith));
    const bare = await Promise.all([tenth, campus].map((one) => routerWith(bareLookups(one))));
    const costs = { sluice: [new Array<FlowCosts>(), []], bare: [new Array<FlowCosts>(), []] };
    for (let round = 0; round < rounds; round++) {
      for (const [index, one] of [tenth, campus].entries()) {
        costs.sluice[index]!.push(await flowCosts(sluice[index]!, one, round, (flow) => flow.public));
        costs.bare[index]!.push(await flowCosts(bare[index]!, one, round, () => '198.51.100.1'));
      }
    }
    for (const kind of ['new', 'established'] as const) {
      const growths = ([small, large]: FlowCosts[][]) => large!.map((one, round) => one[kind] / small![round]![kind]);
      const [ours, theirs] = [growths(costs.sluice), growths(costs.bare)];
      const noise = Math.max(spread(ours), spread(theirs));
      console.log(
        `${kind}: ten times the rows cost ${median(ours).toFixed(2)} times as much; bare lookups ` +
          `${median(theirs).toFixed(2)} (one round differs from another by ${noise.toFixed(2)})`,
      );
      // No larger set is faster than a smaller one: less than 1 is noise, too.
      expect.soft(median(ours)).toBeLessThanOrEqual(Math.max(1, median(theirs)) + noise);
    }
  });
});

/** How far apart the middle half of the values is. */
function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.75)]! - sorted[Math.floor(sorted.length * 0.25)]!;
}

function lookupsIn(ruleset: string): number {
  return ruleset.match(/[a-z] @\w+/g)?.length ?? 0;
}

/** Masquerade, and the lookups that a packet of the campus meets, in plain sets as large as the campus's own. */
function bareLookups(campus: Campus): string {
  const rooms = [...new Set(campus.devices.map(({ address }) => address.replace(/\d+$/, '0')))];
  const devices = campus.devices.map(({ address }) => address);
  const set = (name: string, elements: readonly string[]) =>
    `set ${name} { type ipv4_addr; size ${2 * elements.length}; elements = { ${elements.join(', ')} }\n}\n`;
  return `table inet plain {
${set('blocked', rooms.slice(0, Math.ceil(rooms.length / 50)))}${set('sent', rooms)}${set('received', rooms)}
${set('members_devices', devices)}${set('translated', rooms)}
chain forward { type filter hook forward priority filter;
  ip saddr & 255.255.255.0 @blocked
  ct status confirmed accept
  ip saddr @members_devices
}
chain count { type filter hook postrouting priority srcnat - 10;
  ip saddr & 255.255.255.0 @sent
  ip daddr & 255.255.255.0 @received
}
chain out { type nat hook postrouting priority srcnat;
  ip saddr & 255.255.255.0 @translated
  oifname "uplink0" masquerade
}
}
`;
}
