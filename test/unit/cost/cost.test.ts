/** What lists cost, and how a search's tree begins. */
import { expect, test } from 'vitest';
import { costOf } from '../../../compiler/cost/cost.ts';
import { Space, type AxisName } from '../../../compiler/6-plan/classify/space.ts';
import { treeOf, type Leaf } from '../../../compiler/6-plan/classify/tree.ts';
import type { PlanNode, Switch } from '../../../compiler/6-plan/plan.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { buildProgram } from '../../../compiler/4-program/build.ts';
import type { ProgramRule } from '../../../compiler/4-program/program.ts';
import { checkPolicy } from '../../../compiler/check.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const { prices } = nftables;

/** The rules of a stateless filter of IPv4, as the passes get them. */
function rulesOf(...rules: readonly string[]): ProgramRule[] {
  const text = `filter forward stateless default drop { essential off ${rules.join('\n')} }`;
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { policy, diagnostics } = checkPolicy({ path: 'policy.sluice', text }, inputs);
  expect(diagnostics).toEqual([]);
  const [stage] = buildProgram(policy!, undefined).program.stages;
  return stage!.items.flatMap((item) => (item.kind === 'rule' ? [item] : []));
}

const list = (rules: readonly ProgramRule[]): PlanNode => ({ kind: 'rules', rules });

test('a match of several values is a lookup, for as many packets as come to it', () => {
  const expected = (rule: string) => costOf(list(rulesOf(rule)), prices).expected;
  const [one, several] = ['tcp/22', 'tcp/{22, 80, 443}'].map((service) => expected(`allow ${service}`));
  expect(several! - one!).toBeGreaterThan(prices.hash(1, 1) / 4);
  const [behind, rarely] = ['0.0.0.0/1', '10.0.0.1'].map((from) => expected(`allow from ${from} tcp/{22, 80, 443}`));
  expect(behind!).toBeGreaterThan(rarely!);
});

test('the rules of lists that few packets come to are in no cache', () => {
  const rules = rulesOf('allow from 10.0.0.1', 'drop from 10.0.0.2', 'allow from 10.0.0.3');
  const lookup: Switch = {
    kind: 'switch',
    origin: rules[0]!.origin,
    family: undefined,
    guard: [],
    field: { kind: 'number', field: 'source port' },
    label: 'sport',
    cases: Array.from({ length: 1000 }, (_, port) => ({ values: IntervalSet.of(16, port), body: list([...rules]) })),
    otherwise: list([]),
  };
  const free = { ...prices, hash: () => 0, chain: () => 0 };
  const [alone, below] = [list(rules), lookup].map((node) => costOf(node, free).worst);
  expect(below! - alone!).toBeGreaterThan(prices.reach(3000) / 10);
});

test('a tree begins with the field that is wanted, where any rule asks for it', () => {
  const ports = Array.from({ length: 30 }, (_, at) => `tcp to 192.0.2.${at} port ${2 * at + 1}`);
  const space = new Space(rulesOf(...ports.map((rule, at) => `${at % 2 === 0 ? 'allow' : 'drop'} ${rule}`)), 4);
  const leaf: Leaf = (items, protocol) => list(items.map((item) => space.strip(item, protocol)));
  const begun = (first?: AxisName) => {
    const tree = treeOf(space, prices, leaf, first === undefined ? {} : { first });
    return tree.kind === 'switch' ? tree.label : tree.kind;
  };
  expect(begun('service')).toBe('service');
  expect(begun('destination')).toBe('to');
  expect(begun('source')).toBe(begun());
});
