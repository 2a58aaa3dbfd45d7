/**
 * The candidates of a `ranked` as one list in the order of their ranks. Far smaller as diagrams than the rank of each
 * packet's candidate would be: that tells every rule from every other, while a list only tells what the rules decide.
 */
import { IntervalSet } from '../net/interval-set.ts';
import type { ProgramRule } from '../4-program/program.ts';
import type { Candidates, PlanNode, Ranked, Switch } from '../6-plan/plan.ts';
import { ALL, NOTHING, type Diagram, type Diagrams } from './diagrams.ts';

/** How the nodes of a search divide packets. */
export interface SearchTests {
  /** The packets that a switch's family and guard let in. */
  readonly admitted: (node: Switch) => Diagram;
  /** The packets whose value, in the field of a switch, is in the set. */
  readonly holding: (node: Switch, values: IntervalSet) => Diagram;
}

/** A rule and the packets that come to it. */
export interface ReachedCandidate {
  readonly rule: ProgramRule;
  /** Below 0: the rule decides at once, and is alone with its rank. */
  readonly rank: number;
  readonly reached: Diagram;
}

/**
 * All candidates, the lowest rank first; undefined where some search could yield another than the lowest of those that a
 * packet meets in it (ranks that fall along the way, or parts that are no switches and lists).
 */
export function inOrderOfRank(
  { searches }: Ranked,
  tests: SearchTests,
  diagrams: Diagrams,
): readonly ReachedCandidate[] | undefined {
  const reached: Reached = { candidates: new Map(), atOnce: [] };
  for (const search of searches) {
    if (!ranksOf(search)) return undefined;
    collect(search, ALL, reached, tests, diagrams);
  }
  const { atOnce } = reached;
  const ranked = [...reached.candidates].flatMap(([{ rules, ranks }, set]) =>
    rules.map((rule, index) => ({ rule, rank: ranks[index]!, reached: set })),
  );
  return [
    // In the order in which searches come to them.
    ...atOnce.map((one, index) => ({ ...one, rank: index - atOnce.length })),
    ...ranked.toSorted((a, b) => a.rank - b.rank),
  ];
}

interface Reached {
  /** The packets that come to each list of candidates, by whichever way. */
  readonly candidates: Map<Candidates, Diagram>;
  /** Rules that decide at once, once for each way to them. */
  readonly atOnce: { readonly rule: ProgramRule; readonly reached: Diagram }[];
}

function collect(node: PlanNode, path: Diagram, reached: Reached, tests: SearchTests, diagrams: Diagrams): void {
  if (path === NOTHING) return;
  if (node.kind === 'candidates') {
    const { candidates } = reached;
    candidates.set(node, diagrams.orElse(candidates.get(node) ?? NOTHING, path));
  } else if (node.kind === 'rules') {
    for (const rule of node.rules) reached.atOnce.push({ rule, reached: path });
  } else if (node.kind === 'sequence') {
    for (const step of node.steps) collect(step, path, reached, tests, diagrams);
  } else if (node.kind === 'switch') {
    const inside = diagrams.when(path, tests.admitted(node));
    const [first] = node.cases;
    for (const { values, body } of node.cases) {
      collect(body, diagrams.when(inside, tests.holding(node, values)), reached, tests, diagrams);
    }
    const sets = node.cases.map(({ values }) => values);
    const all = first && IntervalSet.unionOf(first.values.width, sets);
    const elsewhere = all ? diagrams.unless(tests.holding(node, all), inside) : inside;
    collect(node.otherwise, elsewhere, reached, tests, diagrams);
  }
}

type Ranks = readonly [lowest: number, highest: number] | undefined;

/** No rank at all. */
const NONE: Ranks = [Infinity, -Infinity];

/** Before every rank. */
const AT_ONCE = -1;

/** The lowest and the highest rank below a node; undefined where they may fall on some way through it. */
function ranksOf(node: PlanNode): Ranks {
  switch (node.kind) {
    case 'candidates': {
      const { ranks } = node;
      const rises = ranks.every((rank, index) => index === 0 || ranks[index - 1]! <= rank);
      return rises ? [ranks[0] ?? Infinity, ranks.at(-1) ?? -Infinity] : undefined;
    }
    case 'rules':
      return node.rules.length === 0 ? NONE : [AT_ONCE, AT_ONCE];
    case 'switch':
      return [...node.cases.map(({ body }) => body), node.otherwise].map(ranksOf).reduce(together, NONE);
    case 'sequence':
      return node.steps.map(ranksOf).reduce(behind, NONE);
    default:
      return undefined;
  }
}

function together(one: Ranks, other: Ranks): Ranks {
  return one && other && [Math.min(one[0], other[0]), Math.max(one[1], other[1])];
}

function behind(one: Ranks, other: Ranks): Ranks {
  return one && other && one[1] <= other[0] ? together(one, other) : undefined;
}
