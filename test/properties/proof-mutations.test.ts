/** Wrong plans: refused exactly where a walk over all packets of a small world tells a difference, with a packet that does. */
import fastCheck from 'fast-check';
import { expect, it } from 'vitest';
import type { Atom, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import { mapNodes, type Candidates, type PlanNode, type Ranked } from '../../compiler/6-plan/plan.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { Diagrams, type Assignment } from '../../compiler/proof/diagrams.ts';
import { FieldReader } from '../../compiler/proof/field-reader.ts';
import { FieldLayout, ORDERS } from '../../compiler/proof/fields.ts';
import { compareStage } from '../../compiler/proof/stage-proof.ts';
import { crossedList, items, longList, rules, translations, ZONES } from '../arbitraries/program.ts';
import { DEAR_LISTS, hasSearches, programOf, searchesOf, stageOf } from '../builders/program.ts';
import { count } from '../sampling.ts';
import { walkItems, walkPlan, type AbstractPacket } from '../oracles/plan-walk.ts';

const layout = new FieldLayout(ORDERS[0]!);

/** One change of a plan, where it makes one. */
type Mutation = (node: PlanNode, choose: (most: number) => number) => PlanNode;

const MUTATIONS: readonly (readonly [string, Mutation])[] = [
  ['drops a rule', (node, choose) => onList(node, choose, (list, at) => list.toSpliced(at, 1))],
  ['swaps two rules', (node, choose) => onList(node, choose, (list, at) => swapped(list, at))],
  ['negates an atom', (node, choose) => onAtom(node, choose, (atom) => ({ ...atom, negated: !atom.negated }))],
  ['widens a set by one', (node, choose) => onAtom(node, choose, widened)],
  ['forgets an atom', (node, choose) => onRule(node, choose, (rule) => ({ ...rule, atoms: rule.atoms.slice(1) }))],
  ['changes a verdict', (node, choose) => onRule(node, choose, otherVerdict)],
  ['forgets an effect', (node, choose) => onRule(node, choose, (rule) => ({ ...rule, effects: [] }))],
  ['forgets a family', (node, choose) => onRule(node, choose, (rule) => ({ ...rule, family: undefined }))],
  ['forgets a case or a row', forgetful],
  ['forgets a guard', unguarded],
];

/** A list, and a right plan of it; undefined where it has none. */
type Planned = readonly [list: readonly ProgramItem[], body: PlanNode | undefined];

const PLANNED: fastCheck.Arbitrary<Planned> = fastCheck.oneof(
  fastCheck
    .oneof(items, rules(8), longList, translations)
    .map((list: readonly ProgramItem[]): Planned => [list, planOf(stageOf(list))]),
  crossedList.map((list): Planned => [list, searchesOf(list)]),
);

/** How many of the plans had searches side by side. */
let searched = 0;

it.each(MUTATIONS)('a plan that %s', (_name, mutate) => {
  let told = 0;
  fastCheck.assert(
    fastCheck.property(PLANNED, fastCheck.nat(), ([list, right], number) => {
      const stage = stageOf(list);
      fastCheck.pre(right !== undefined);
      if (hasSearches(right)) searched++;
      const body = mutate(right, chooser(number));
      // Where there is nothing to change, the run says nothing.
      fastCheck.pre(body !== right);
      const difference = compareStage({
        stage,
        plan: { stage, eachPacket: { kind: 'sequence', steps: [] }, body },
        zones: ZONES,
        unknown: new Set(),
        diagrams: new Diagrams(2 ** 26),
        layout,
      });
      if (!difference) {
        expect(PACKETS.find((packet) => differ(list, body, packet))).toBeUndefined();
      } else {
        told++;
        expect(differ(list, body, packetOf(difference.at))).toBe(true);
      }
    }),
    { numRuns: count(12, 100) },
  );
  expect(told).toBeGreaterThan(0);
});

it('some of these plans had searches side by side', () => {
  expect(searched).toBeGreaterThan(0);
});

function differ(list: readonly ProgramItem[], body: PlanNode, packet: AbstractPacket): boolean {
  return JSON.stringify(walkItems(list, packet)) !== JSON.stringify(walkPlan(body, packet));
}

/** Whatever the rules above can tell apart. */
const PACKETS: readonly AbstractPacket[] = ([4, 6] as const).flatMap((family) =>
  numbersOf(18).flatMap((source) =>
    numbersOf(18).flatMap((destination) =>
      [
        { protocol: 1 },
        ...[6, 17, 47].flatMap((protocol) => numbersOf(11).map((port) => ({ protocol, 'destination port': port }))),
      ].map((numbers) => ({
        family,
        source: BigInt(source),
        destination: BigInt(destination),
        in: undefined,
        out: undefined,
        numbers,
      })),
    ),
  ),
);

function numbersOf(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index);
}

/** The packet of a difference, as the walk reads packets. */
function packetOf(at: Assignment): AbstractPacket {
  const reader = new FieldReader(at, layout);
  const width = reader.family === 4 ? 32 : 128;
  const fields = {
    protocol: 'protocol',
    'destination port': 'destination port/real',
    'tcp flags': 'tcp flags',
  } as const;
  const numbers = Object.entries(fields).flatMap(([name, field]) => {
    const value = reader.number(field);
    return value === undefined ? [] : [[name, value] as const];
  });
  const members = ZONES.flatMap((zone) => zone.members);
  return {
    family: reader.family,
    source: reader.value('source/real', width)!,
    destination: reader.value('destination/real', width)!,
    in: members[reader.number('in')! - 1]?.interface,
    out: members[reader.number('out')! - 1]?.interface,
    numbers: Object.fromEntries(numbers),
  };
}

function planOf(stage: Stage): PlanNode | undefined {
  const { plan, diagnostics } = buildPlan(programOf(stage), { prices: DEAR_LISTS });
  return diagnostics.length === 0 ? plan.stages[0]!.body : undefined;
}

/** Numbers below what is asked for, from one number. */
function chooser(number: number): (most: number) => number {
  let rest = number;
  return (most) => {
    rest = (Math.imul(rest, 1_103_515_245) + 12_345) >>> 0;
    return most === 0 ? 0 : (rest >>> 8) % most;
  };
}

/** Changes one of the lists of rules. */
function onList(
  node: PlanNode,
  choose: (most: number) => number,
  change: (list: readonly ProgramRule[], at: number) => readonly ProgramRule[],
): PlanNode {
  switch (node.kind) {
    case 'rules':
      return { ...node, rules: change(node.rules, choose(node.rules.length)) };
    case 'scope':
      return { ...node, body: onList(node.body, choose, change) };
    case 'sequence': {
      const at = choose(node.steps.length);
      return { ...node, steps: node.steps.map((step, index) => (index === at ? onList(step, choose, change) : step)) };
    }
    case 'switch': {
      const at = choose(node.cases.length);
      return {
        ...node,
        cases: node.cases.map((one, index) =>
          index === at ? { ...one, body: onList(one.body, choose, change) } : one,
        ),
      };
    }
    case 'lookup': {
      const at = choose(node.classes.length);
      return {
        ...node,
        classes: node.classes.map((one, index) =>
          index === at ? { ...one, rules: change(one.rules, choose(one.rules.length)) } : one,
        ),
      };
    }
    case 'ranked':
      return inOneSearch(node, choose, (search) => onList(search, choose, change));
    case 'candidates':
      return { ...node, ...rankedAnew(change(node.rules, choose(node.rules.length)), node.ranks) };
  }
}

function inOneSearch(node: Ranked, choose: (most: number) => number, change: (search: PlanNode) => PlanNode): Ranked {
  const at = choose(node.searches.length);
  return { ...node, searches: node.searches.map((search, index) => (index === at ? change(search) : search)) };
}

/** As many ranks as rules; where one more stands, it shares the last. */
function rankedAnew(list: readonly ProgramRule[], ranks: readonly number[]): Pick<Candidates, 'rules' | 'ranks'> {
  return { rules: list, ranks: list.map((_rule, index) => ranks[index] ?? ranks.at(-1)!) };
}

function onRule(
  node: PlanNode,
  choose: (most: number) => number,
  change: (rule: ProgramRule) => ProgramRule,
): PlanNode {
  return onList(node, choose, (list, at) => list.map((rule, index) => (index === at ? change(rule) : rule)));
}

function onAtom(node: PlanNode, choose: (most: number) => number, change: (atom: Atom) => Atom): PlanNode {
  return onRule(node, choose, (rule) => {
    const at = choose(rule.atoms.length);
    return { ...rule, atoms: rule.atoms.map((atom, index) => (index === at ? change(atom) : atom)) };
  });
}

function swapped(list: readonly ProgramRule[], at: number): readonly ProgramRule[] {
  const [one, other] = [list[at], list[at + 1]];
  return one && other ? list.toSpliced(at, 2, other, one) : list;
}

/** The set with the value behind its first interval. */
function widened(atom: Atom): Atom {
  const { test } = atom;
  if ((test.kind !== 'number' && test.kind !== 'address') || !(test.in instanceof IntervalSet)) return atom;
  const next = BigInt(test.in.highAt(0)) + 1n;
  const more = IntervalSet.of(test.in.width, test.in.width > 32 ? next : Number(next));
  return { ...atom, test: { ...test, in: test.in.union(more) } };
}

function otherVerdict(rule: ProgramRule): ProgramRule {
  const drops = rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'drop';
  return { ...rule, decision: { kind: 'verdict', verdict: { kind: drops ? 'allow' : 'drop' } } };
}

function forgetful(node: PlanNode, choose: (most: number) => number): PlanNode {
  switch (node.kind) {
    case 'sequence': {
      const at = choose(node.steps.length);
      return { ...node, steps: node.steps.map((step, index) => (index === at ? forgetful(step, choose) : step)) };
    }
    case 'scope':
      return { ...node, body: forgetful(node.body, choose) };
    case 'switch':
      return { ...node, cases: node.cases.toSpliced(choose(node.cases.length), 1) };
    case 'lookup': {
      const at = choose(node.classes.length);
      return {
        ...node,
        classes: node.classes.map((one, index) => (index === at ? { ...one, rows: one.rows.slice(1) } : one)),
      };
    }
    case 'rules':
      return { kind: 'rules', rules: node.rules.slice(1) };
    case 'ranked':
      return inOneSearch(node, choose, (search) => forgetful(search, choose));
    case 'candidates':
      return { ...node, rules: node.rules.slice(1), ranks: node.ranks.slice(1) };
  }
}

/** Without the first guard of each switch and lookup; the node itself where none has one. */
function unguarded(root: PlanNode): PlanNode {
  return mapNodes(root, (node) => {
    if ((node.kind !== 'switch' && node.kind !== 'lookup') || node.guard.length === 0) return node;
    return { ...node, guard: node.guard.slice(1), family: undefined };
  });
}
