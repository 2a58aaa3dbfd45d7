/** Two shapers of one table: each numbers the rows for itself, and neither stands for the other. */
import { expect, it } from 'vitest';
import { buildProgram } from '../../../compiler/4-program/build.ts';
import { buildPlan } from '../../../compiler/6-plan/build.ts';
import { mapNodes, type Lookup, type Plan } from '../../../compiler/6-plan/plan.ts';
import { checkPolicy } from '../../../compiler/check.ts';
import { provePlan } from '../../../compiler/proof/prove.ts';
import { prices } from '../../../backends/nftables/cost.ts';
import { inputsWith } from '../../builders/ruleset.ts';

const POLICY = `zone uplink = up0
  zone inside = lan0
  table members(id: u32 key, room: prefix4 key) = { (7, 10.0.7.0/24), (9, 10.0.9.0/24) }
  filter forward default allow {}
  shape uplink egress rate 1gbit { each m in members { class m.id for from m.room } default unshaped }
  shape inside egress rate 1gbit { each m in members { class m.id for from m.room } default unshaped }
  target router { nftables tc on up0, lan0 }`;

const { policy } = checkPolicy({ path: 'test.sluice', text: POLICY }, inputsWith({}));
const { program } = buildProgram(policy!, policy!.targets[0]);
const { plan } = buildPlan(program, { prices });
const shape = plan.stages.find(({ stage }) => stage.id === 'shape')!;

function lookups(): Lookup[] {
  const found: Lookup[] = [];
  mapNodes(shape.body, (node) => {
    if (node.kind === 'lookup') found.push(node);
    return node;
  });
  return found;
}

function codesOf(changed: Plan): readonly string[] {
  return provePlan(program, changed).diagnostics.map(({ code }) => code);
}

it('is proved', () => {
  expect(codesOf(plan)).toEqual([]);
});

it('is not proved where each shaper has the rows of the other', () => {
  const [one, other] = lookups();
  expect(lookups()).toHaveLength(2);
  const rowsOf = (node: Lookup): Lookup => (node === one ? other! : one!);
  const body = mapNodes(shape.body, (node) => (node.kind === 'lookup' ? { ...rowsOf(node), guard: node.guard } : node));
  const stages = plan.stages.map((stage) => (stage === shape ? { ...stage, body } : stage));
  expect(codesOf({ ...plan, stages })).toEqual(['SL1001']);
});
