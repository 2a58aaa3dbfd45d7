import type { Decision, Family, ProgramRule } from '../../4-program/program.ts';
import { decisionKey, isPlain } from '../commute.ts';
import { mapNodes, sharedNodes, type PlanNode } from '../plan.ts';
import { intersect, type Region } from '../regions/region.ts';
import { isCovered } from '../regions/cover.ts';
import { familiesOf, RuleRegions, without } from '../regions/rule-regions.ts';
import type { Pass } from './pass.ts';

export const redundantRules: Pass = {
  name: 'redundant-rules',
  description: `A rule that only decides goes if its packets would have the same decided by what follows: by rules behind it, or, at
the end of a block, by the block's default. Each of its packets is followed through the rest of the list: as long as the rules
that it meets decide the same, and do nothing else, the rule said nothing new. A packet that no earlier rule leaves to it counts
for nothing. Rules go one by one in their order, each looked at with those that are still there.`,
  run: (node, { otherwise }) => {
    const last = lastList(node, sharedNodes(node));
    return mapNodes(node, (one) =>
      one.kind === 'rules' ? { kind: 'rules', rules: needed(one.rules, one === last ? otherwise : undefined) } : one,
    );
  },
};

/**
 * The list behind which a packet meets nothing more; undefined where the plan ends in something else, or in what stands
 * elsewhere, too.
 */
function lastList(node: PlanNode, shared: ReadonlySet<PlanNode>): PlanNode | undefined {
  if (shared.has(node)) return undefined;
  if (node.kind === 'rules') return node;
  if (node.kind === 'scope') return lastList(node.body, shared);
  const last = node.kind === 'sequence' ? node.steps.at(-1) : undefined;
  return last && lastList(last, shared);
}

/** The rules without which some packet would meet something else; `otherwise`: what it meets behind the list, if known. */
function needed(rules: readonly ProgramRule[], otherwise: Decision | undefined): readonly ProgramRule[] {
  if (rules.length < 2 && otherwise === undefined) return rules;
  const list = new ShrinkingList(rules, decisionKey(otherwise));
  return rules.filter((rule, number) => {
    if (!isPlain(rule) || decisionKey(rule.decision) === undefined) return true;
    return !(familiesOf(rule).every((family) => list.goesOnTheSame(number, family)) && list.remove(number));
  });
}

class ShrinkingList {
  readonly #regions: RuleRegions;
  readonly #isGone: Uint8Array;
  readonly #otherwise: string | undefined;

  constructor(rules: readonly ProgramRule[], otherwise: string | undefined) {
    this.#regions = new RuleRegions(rules);
    this.#isGone = new Uint8Array(rules.length);
    this.#otherwise = otherwise;
  }

  remove(number: number): boolean {
    this.#isGone[number] = 1;
    return true;
  }

  /** Whether the packets of a family that a rule decides about meet the same decision behind it, and nothing else. */
  goesOnTheSame(number: number, family: Family): boolean {
    const own = this.#regions.of(number, family);
    const neighbours = this.#regions.neighbours(number)?.filter((other) => !this.#isGone[other]);
    if (!own || !neighbours) return own === undefined;
    const key = decisionKey(this.#rule(number).decision);
    const earlier = neighbours.filter((other) => other < number && this.#regions.ends(other));
    const covers = [...this.#exact(earlier, family)];
    const isReached = (pieces: readonly Region[]) => !pieces.every((piece) => isCovered(piece, covers));
    const isSame = key === this.#otherwise;
    const later = neighbours.filter((other) => other > number);
    if (!isSame && !this.#regions.mayCover(number, neighbours)) return false;
    let left: readonly Region[] | undefined = [own.region];
    for (const other of later) {
      const theirs = this.#regions.of(other, family);
      if (!theirs || left.length === 0) continue;
      const met = left.flatMap((piece) => intersect(piece, theirs.region) ?? []);
      if (met.length === 0) continue;
      const agrees = isPlain(this.#rule(other)) && decisionKey(this.#rule(other).decision) === key;
      if (!agrees && isReached(met)) return false;
      if (theirs.isExact) left = without(left, [theirs.region]);
      if (!left) return false;
    }
    return isSame || !isReached(left);
  }

  *#exact(numbers: readonly number[], family: Family): Generator<Region> {
    for (const number of numbers) {
      const one = this.#regions.of(number, family);
      if (one?.isExact) yield one.region;
    }
  }

  #rule(number: number): ProgramRule {
    return this.#regions.rules[number]!;
  }
}
