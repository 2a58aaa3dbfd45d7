/** Ranks of candidates as small numbers, of which the larger goes before and each tells its decision. */
import type { Decision } from '../4-program/program.ts';
import type { Origin } from '../model/index.ts';
import { sameDecision } from './commute.ts';
import type { Candidates, PlanNode, Ranked, Rules } from './plan.ts';

export interface RankCodes {
  /** What candidates decide; a code modulo `modulus` is the number of its decision. */
  readonly decisions: readonly { readonly decision: Decision; readonly origin: Origin }[];
  /** A power of two. */
  readonly modulus: number;
  /** How many bits hold every code, and 0 for no candidate. */
  readonly bits: number;
  /** The code of a rank: at least 1. */
  readonly of: (rank: number) => number;
}

/**
 * The codes of all ranks of a node. Neighbouring ranks that decide the same share one, since it makes no difference which of
 * them goes before.
 */
export function codesOf(node: Ranked): RankCodes {
  const decisions: { decision: Decision; origin: Origin }[] = [];
  const decisionOf = new Map<number, number>();
  for (const { rules, ranks } of candidatesOf(node.searches)) {
    for (const [index, rule] of rules.entries()) {
      const { decision, origin } = rule;
      if (!decision) throw new Error('a candidate decides nothing');
      let number = decisions.findIndex((known) => sameDecision(known.decision, decision));
      if (number < 0) number = decisions.push({ decision, origin }) - 1;
      decisionOf.set(ranks[index]!, number);
    }
  }
  const modulus = 2 ** Math.ceil(Math.log2(Math.max(1, decisions.length)));
  const codes = new Map<number, number>();
  let code = 0;
  let former: number | undefined;
  for (const rank of [...decisionOf.keys()].toSorted((a, b) => b - a)) {
    const decision = decisionOf.get(rank)!;
    if (decision !== former) code = nextCode(code, decision, modulus);
    codes.set(rank, code);
    former = decision;
  }
  const bits = Math.ceil(Math.log2(code + 1));
  return { decisions, modulus, bits, of: (rank) => codes.get(rank)! };
}

/** The least code above `code` that tells the decision. */
function nextCode(code: number, decision: number, modulus: number): number {
  const next = code - (code % modulus) + decision;
  return next > code ? next : next + modulus;
}

/** The lowest rank that a search can find; undefined where it may also decide at once, or finds nothing. */
export function firstRank(search: PlanNode): number | undefined {
  const lists = [...listsOf([search])];
  if (lists.length === 0 || lists.some(({ kind }) => kind === 'rules')) return undefined;
  return lists.reduce((least, list) => (list.kind === 'candidates' ? Math.min(least, ...list.ranks) : least), Infinity);
}

function candidatesOf(nodes: readonly PlanNode[]): Candidates[] {
  return [...listsOf(nodes)].filter((list) => list.kind === 'candidates');
}

/** All lists of rules below the nodes, each once; empty ones are left out. */
function listsOf(nodes: readonly PlanNode[]): Set<Candidates | Rules> {
  const found = new Set<Candidates | Rules>();
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'candidates' || node.kind === 'rules') {
      if (node.rules.length > 0) found.add(node);
    } else if (node.kind === 'sequence') node.steps.forEach(visit);
    else if (node.kind === 'scope') visit(node.body);
    else if (node.kind === 'switch') [...node.cases.map(({ body }) => body), node.otherwise].forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}
