/** The ClassBench sets as policies: what they mean is a plain walk of the lines, and so is what a plan makes of them. */
import { expect, test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { checkPolicy } from '../../compiler/check.ts';
import { buildProgram } from '../../compiler/4-program/build.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { abstractOf } from '../builders/classbench/abstract.ts';
import { anyPacket, firstMatch, packetAtEdge, packetFor, randomFrom } from '../builders/classbench/packets.ts';
import { walkItems, walkPlan, type Walk } from '../oracles/plan-walk.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

const SETS = count(1, 12) === 1 ? (['acl5', 'fw3', 'fw4', 'ipc2'] as const) : CLASSBENCH_SEEDS;
const PACKETS = count(100, 2000);
const nothing = { read: () => undefined, standard: () => undefined, standardNames: [], today: undefined };

/** With bits of the mark for searches side by side, and without. */
const CASES = SETS.flatMap((name) => [true, false].map((reserve) => ({ name, reserve })));

for (const { name, reserve } of CASES) {
  const marks = reserve ? 'with' : 'without';
  test(`${name}, 1,000 rules ${marks} marks: policy and plan mean what the lines mean`, (context) => {
    const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, '1k'))));
    const text = classbenchPolicy(rules, { reserve });
    const { policy, diagnostics } = checkPolicy({ path: `${name}.sluice`, text }, nothing);
    expect(diagnostics).toEqual([]);
    const { program } = buildProgram(policy!, policy!.targets[0]);
    const [stage] = program.stages;
    const { plan } = buildPlan(program, { prices: nftables.prices });
    const random = randomFrom(seed);
    for (let done = 0; done < PACKETS; done++) {
      const draw = [packetFor, packetAtEdge, () => anyPacket(rules, random)][done % 3]!;
      const packet = draw(rules[random(rules.length)]!, random);
      const expected = firstMatch(rules, packet)?.verdict;
      const abstract = abstractOf(packet);
      expect(verdictOf(walkItems(stage!.items, abstract)), JSON.stringify(packet)).toBe(expected);
      // A plan may leave out rules that say what the default says.
      const planned = verdictOf(walkPlan(plan.stages[0]!.body, abstract)) ?? stage!.default?.kind;
      expect(planned, JSON.stringify(packet)).toBe(expected ?? stage!.default?.kind);
    }
  });
}

test('verdicts are dealt the same each time, half of each, and by no pattern', () => {
  const line = '@10.0.0.0/8\t0.0.0.0/0\t0 : 65535\t80 : 80\t0x06/0xFF\t0x0200/0x1200\t\n';
  const dealt = (seedOfVerdicts: number) =>
    readClassbench(line.repeat(1000), seedOfVerdicts).map(({ verdict }) => verdict[0]);
  expect(dealt(1).slice(0, 24).join('')).toBe('aaddaaddadaaddaddaddaaaa');
  expect(dealt(2)).not.toEqual(dealt(1));
  expect(dealt(1).filter((verdict) => verdict === 'a').length).toBeGreaterThan(450);
  expect(dealt(1).filter((verdict) => verdict === 'd').length).toBeGreaterThan(450);
});

test('lines as the policy says them', () => {
  const lines = [
    '@10.1.2.3/24\t192.0.2.7/32\t0 : 65535\t80 : 443\t0x06/0xFF\t0x0200/0x1200\t',
    '@0.0.0.0/0\t0.0.0.0/0\t53 : 53\t0 : 65535\t0x00/0x00\t0x0000/0x0000\t',
    '@0.0.0.0/0\t10.0.0.0/8\t0 : 65535\t0 : 65535\t0x01/0xFF\t0x0303/0xffff\t',
    '@0.0.0.0/0\t10.0.0.0/8\t0 : 65535\t0 : 65535\t0x01/0xFF\t0x0800/0xff00\t',
    '@0.0.0.0/0\t10.0.0.0/8\t0 : 65535\t700 : 700\t0x07/0xFF\t0x0000/0x0000\t',
    '@10.0.0.0/8\t0.0.0.0/0\t0 : 65535\t0 : 65535\t0x2f/0xFF\t0x0000/0x0000\t',
  ];
  const policy = classbenchPolicy(readClassbench(`${lines.join('\n')}\n`));
  expect(policy.split('\n').map((line) => line.trim().replace(/^(allow|drop) /, ''))).toEqual([
    'filter forward stateless default drop {',
    'essential off',
    'tcp flags syn/syn+ack from 10.1.2.0/24 to 192.0.2.7 port 80-443',
    'ipv4 from any port 53',
    'icmp4 3/3 to 10.0.0.0/8',
    'icmp4 8 to 10.0.0.0/8',
    // Seven has no ports; TCP is in the set already.
    'udp to 10.0.0.0/8 port 700',
    'gre from 10.0.0.0/8',
    '}',
    '',
  ]);
  expect(() => readClassbench('@10.0.0.0/8\t')).toThrow('no line of ClassBench');
});

function verdictOf({ decision }: Walk): string | undefined {
  return decision === undefined ? undefined : (JSON.parse(decision) as { verdict: { kind: string } }).verdict.kind;
}
