import { describe, expect, test } from 'vitest';
import { lowerPolicy } from '../../../compiler/compile.ts';
import type { ExplainedStage, ExplainedStep } from '../../../compiler/explain/explained.ts';
import { explainStages } from '../../../compiler/explain/stages.ts';
import { LOOKUP_TIMES } from '../../../backends/ebpf/cost.ts';
import { skLookup } from '../../../backends/ebpf/sk-lookup/index.ts';
import { xdp } from '../../../backends/ebpf/index.ts';
import { stepsOf } from '../../../compiler/explain/plan-steps.ts';
import type { PlanNode } from '../../../compiler/6-plan/plan.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import type { Plane } from '../../../compiler/plane.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

/** The only stage of a policy, explained. */
function stageOf(text: string, plane: Plane): ExplainedStage {
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [plane] });
  const [stage] = targets.flatMap(({ planes }) => planes.flatMap((part) => explainStages(part)));
  if (!stage) throw new Error('no stage');
  return stage;
}

/** The `filter forward` of these rules; each stands on a line of its own, the first on line 2. */
function explained(rules: readonly string[]): ExplainedStage {
  const text = ['filter forward stateless default drop { essential off', ...rules, '}'].join('\n');
  return stageOf(text, nftables);
}

function originOf(node: PlanNode): Origin {
  if (node.kind !== 'rules') throw new Error('no list');
  return node.rules[0]!.origin;
}

/** The plan's nodes for these rules. */
function explainedNodes(rules: readonly string[]): readonly PlanNode[] {
  const text = ['filter forward stateless default drop { essential off', ...rules, '}'].join('\n');
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, {
    planes: [nftables],
    without: ['redundant-rules'],
  });
  return targets.flatMap(({ planes }) => planes.flatMap(({ plan }) => plan.stages.map(({ body }) => body)));
}

const HOSTS = Array.from(
  { length: 40 },
  (_, index) => `${index % 3 === 0 ? 'reject' : 'allow'} from 10.0.${index}.1 ttl ${index + 1}`,
);

function linesOf(steps: readonly ExplainedStep[]): Set<number> {
  return new Set(steps.flatMap(({ lines }) => lines.flatMap((one) => one.lines)));
}

describe('a long list', () => {
  const stage = explained(HOSTS);

  test('is a lookup, whose ways lead to its rules', () => {
    const [tree, ...more] = stage.steps;
    expect(more).toEqual([]);
    expect(tree).toMatchObject({ title: 'IPv4, by source', lookup: 'hash, 40 elements' });
    expect(tree?.steps[1]?.title).toBe('10.0.1.1: allow from 10.0.1.1 ttl 2 (IPv4)');
  });

  test('names every line that it carries out', () => {
    expect(linesOf(stage.steps)).toEqual(new Set(HOSTS.map((_, index) => index + 2)));
  });

  test('costs more without the pass that made the tree', () => {
    const other = stage.alternatives.find(({ without }) => without === 'switch-on-value');
    expect(other?.expense.worst).toBeGreaterThan(stage.expense?.worst ?? Infinity);
    expect(stage.alternatives.map(({ without }) => without)).not.toContain('translation-maps');
  });
});

test('a list that is looked up by several fields at once is one step, with a class for each verdict', () => {
  const hosts = Array.from(
    { length: 40 },
    (_, index) => `${index % 3 === 0 ? 'reject' : 'allow'} from 10.0.${index}.1 tcp/${index + 1}`,
  );
  const { steps } = explained(hosts);
  expect(steps).toMatchObject([
    { title: 'row of `filter_forward` by source, destination port, behind 1 test', lookup: 'hash, 40 rows' },
  ]);
  expect(steps[0]?.steps.map(({ title }) => title)).toEqual(['14 rows: 1 rule', '26 rows: 1 rule']);
  expect(linesOf(steps)).toEqual(new Set(hosts.map((_, index) => index + 2)));
});

test('shares of the time add up: those below a step take no more than it, and those of a block what the block takes', () => {
  const lists = [HOSTS, HOSTS.map((rule) => `${rule} tcp/{22, 80}`), ['allow from 10.0.0.1 tcp/80', 'reject tcp/81']];
  for (const rules of lists) {
    const { expense, steps } = explained(rules);
    const sum = (some: readonly ExplainedStep[]): number => some.reduce((all, { share }) => all + share!, 0);
    expect(sum(steps)).toBeCloseTo(expense!.expected, 6);
    const check = ({ kind, share, expense: own, steps: below }: ExplainedStep): void => {
      expect(sum(below)).toBeLessThanOrEqual(share! + 1e-9);
      if (kind === 'rules') expect(sum(below)).toBeCloseTo(share!, 6);
      if (own) expect(share!).toBeLessThanOrEqual(own.expected + 1e-9);
      below.forEach(check);
    };
    steps.forEach(check);
  }
});

test('rules that were merged are named with their lines', () => {
  const [list] = explained(['allow from 10.0.0.1 tcp/80', 'allow from 10.0.0.7 tcp/80']).steps;
  expect(list?.title).toBe('allow from 10.0.0.1 tcp/80 (IPv4; and 1 rule merged into it)');
  expect(list?.lines).toEqual([{ path: 'policy.sluice', lines: [2, 3] }]);
});

test('a short list shows its rules, without costs of their own', () => {
  const [list] = explained(['allow from 10.0.0.1 tcp/80', 'reject from 10.0.0.7 tcp/81']).steps;
  expect(list).toMatchObject({ title: '2 rules, one after another', lookup: undefined });
  expect(list?.steps.map(({ expense }) => expense)).toEqual([undefined, undefined]);
});

test('what several ways lead to has a number, and is shown in its first place only', () => {
  const rules = ['drop from 10.0.0.1 tcp/80', 'allow from 10.0.0.2 tcp/81'];
  const [list] = explainedNodes(rules);
  const both: PlanNode = {
    kind: 'sequence',
    steps: [list!, { kind: 'scope', origin: originOf(list!), name: 'again', body: list! }],
  };
  const [first, second] = stepsOf(both, { prices: nftables.prices });
  expect(first).toMatchObject({ title: '2 rules, one after another', shared: 1 });
  expect(first?.steps).toHaveLength(2);
  expect(second?.steps).toMatchObject([{ title: 'as above', shared: 1, steps: [] }]);
});

test('a search for a socket has costs, too', () => {
  const text = 'dispatch { udp/53 to 192.0.2.53 -> socket resolver }\ntarget edge { sk_lookup }';
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [skLookup] });
  const [search] = targets.flatMap(({ planes }) => planes.flatMap((part) => explainStages(part)));
  expect(search!.steps[0]!.title).toBe('what the packet is, and its socket');
  const { frame, met } = LOOKUP_TIMES;
  expect(search!.steps[0]!.expense).toEqual({ expected: frame + met, worst: frame + met });
  expect(search!.expense!.expected).toBeGreaterThan(frame + met);
});

test('of a plane that finds all rules at once, the search has costs, and the rules have none of their own', () => {
  const rules = 'drop from 10.0.0.0/8\n  drop udp/1900';
  const text = `zone uplink = eth0\nmitigate in uplink {\n  ${rules}\n}\ntarget edge { xdp on eth0 }`;
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [xdp] });
  const [search, stage] = targets.flatMap(({ planes }) => planes.flatMap((part) => explainStages(part)));
  expect(search!.name).toBe('search for the rule, among 2 at once');
  expect(search!.steps.map(({ title, lookup }) => [title, lookup])).toEqual([
    ['what the packet is, and its rule', undefined],
    ['source address, to its row of 2', 'IPv4: search, 3 ranges; IPv6: one row'],
    ['service, to its row of 2', 'search, 3 ranges'],
    ['the first rule that all of these have', '1 × 64 rules'],
  ]);
  const each = search!.steps.map(({ expense }) => expense!.expected);
  expect(search!.expense!.expected).toBeCloseTo(each.reduce((sum, one) => sum + one, 0));
  expect(search!.expense!.worst).toBeGreaterThanOrEqual(search!.expense!.expected);
  expect(stage!.expense).toBeUndefined();
  expect(stage!.steps).toMatchObject([{ title: '2 rules, found at once', expense: undefined }]);
  expect(stage!.alternatives).toEqual([]);
});

test('a balancer says what it hashes, and where packets go', () => {
  const text = `zone uplink = eth0
    mitigate { drop udp/1 }
    balance web {
      vip 192.0.2.1 service tcp/80
      pool table servers(addr: ip) = { (10.0.0.1), (10.0.0.2) }
      fragments on source
      forward ipip
    }
    target edge { xdp on eth0 }`;
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [xdp] });
  const stages = targets.flatMap(({ planes }) => planes.flatMap((part) => explainStages(part)));
  expect(stages.map(({ name }) => name)).toEqual(['search for the rule, among 2 at once', 'mitigate', 'balance web']);
  expect(stages[2]!.steps.map(({ title, lookup }) => [title, lookup])).toEqual([
    ['a hash of both addresses, both ports, protocol', 'Maglev, 65537 entries'],
    ['of fragments: of source', undefined],
    ['sent in an outer header of IP', '2 backends'],
  ]);
  expect([...linesOf(stages[2]!.steps)]).toEqual([3]);
});

test('passes that found nothing to do are not left out once more: nothing else comes of it', () => {
  const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
  const text = ['filter forward stateless default drop { essential off', ...HOSTS, '}'].join('\n');
  const { targets } = lowerPolicy({ path: 'policy.sluice', text }, inputs, { planes: [nftables] });
  const parts = targets.flatMap(({ planes }) => planes);
  expect(parts[0]!.idle).toContain('translation-maps');
  expect(parts[0]!.idle).not.toContain('switch-on-value');
  for (const part of parts) {
    const { idle: _, ...unknowing } = part;
    expect(explainStages(part)).toEqual(explainStages(unknowing));
  }
});
