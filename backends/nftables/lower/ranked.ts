/**
 * Ranked searches. nft cannot compare what two lookups found, so the best candidate so far stands in bits of the packet's
 * mark that the target reserves: 0 for none, and the larger the lower its rank. A search's candidate replaces a smaller one;
 * behind the last search the bits tell the decision, and are 0 again before it is carried out.
 */
import { markBitsFor } from '../../../compiler/6-plan/mark-bits.ts';
import { isNothing, type Candidates, type PlanNode, type Ranked } from '../../../compiler/6-plan/plan.ts';
import { codesOf, firstRank, type RankCodes } from '../../../compiler/6-plan/rank-codes.ts';
import type { NftChain, NftRule } from '../tree.ts';
import { decisionStatements } from './decisions.ts';
import { clear, isDrop, spread, type Search } from './best-candidate.ts';
import { hex } from './matches.ts';
import { lowerConditionally, type RulePlace } from './rules.ts';

type LowerNode = (node: PlanNode, chain: NftChain, place: RulePlace) => void;

/** Appends the searches, in chains of their own, and what carries out the best candidate. */
export function lowerRanked(node: Ranked, chain: NftChain, place: RulePlace, lowerNode: LowerNode): void {
  const { context } = place;
  const codes = codesOf(node);
  const mask = markBitsFor(codes, context.program);
  if (mask === undefined) throw new Error('the mark has no room for the ranks of these searches');
  const own = place.isTail
    ? chain
    : context.chain(`${chain.name}_ranked`, `ranked ${chain.name}`, 'independent searches');
  if (own !== chain) chain.rules.push({ statements: [`jump ${own.name}`], origin: node.origin });
  const frame = (remark: string, ...statements: string[]): NftRule => ({ statements, origin: undefined, remark });
  own.rules.push(frame('no candidate yet', clear(mask)));
  for (const [index, body] of node.searches.entries()) {
    const search: Search = { codes, mask, isFirst: index === 0 };
    const inside: RulePlace = { ...place, isTail: true, search };
    const rules = isOneLookup(body)
      ? rulesInPlace(body, own, inside, lowerNode)
      : [{ statements: [`jump ${searchChain(body, own, index, inside, lowerNode)}`], origin: node.origin }];
    const conditions = worthAsking(body, search);
    own.rules.push(...rules.map((rule) => ({ ...rule, statements: [...conditions, ...rule.statements] })));
  }
  own.rules.push(frame('no search found anything', `meta mark & ${hex(mask)} == 0x0`, 'return'));
  own.rules.push(...decisions(codes, mask, place));
}

/** Whether a search is over where its first lookup finds nothing. */
function isOneLookup(body: PlanNode): boolean {
  return body.kind === 'switch' && isNothing(body.otherwise);
}

/** The lookup's rule; from its cases a packet comes back to the next search. */
function rulesInPlace(body: PlanNode, own: NftChain, inside: RulePlace, lowerNode: LowerNode): NftRule[] {
  const before = own.rules.length;
  lowerNode(body, own, { ...inside, isTail: false, endsSearch: true });
  return own.rules.splice(before);
}

/** The name of a chain of the search's own. */
function searchChain(body: PlanNode, own: NftChain, index: number, inside: RulePlace, lowerNode: LowerNode): string {
  const wanted = `${own.name}_search_${labelOf(body)}`;
  const chain = inside.context.chain(wanted, `search ${own.name} ${index}`, `a search: ${labelOf(body)}`);
  lowerNode(body, chain, inside);
  return chain.name;
}

/** A search is passed by where the candidate at hand goes before all of its own. */
function worthAsking(body: PlanNode, { codes, mask, isFirst }: Search): string[] {
  const first = firstRank(body);
  // What decides at once need not beat any candidate.
  if (isFirst || first === undefined) return [];
  return [`meta mark & ${hex(mask)} < ${hex(spread(codes.of(first), mask))}`];
}

/** What the bits say, and 0 in them before it is carried out. */
function decisions(codes: RankCodes, mask: number, place: RulePlace): NftRule[] {
  const { context, family, protocols } = place;
  const decisionBits = spread(codes.decisions.length > 1 ? codes.modulus - 1 : 0, mask);
  return codes.decisions.map(({ decision, origin }, index): NftRule => {
    const isLast = index === codes.decisions.length - 1;
    const match = isLast ? [] : [`meta mark & ${hex(decisionBits)} == ${hex(spread(index, mask))}`];
    const final = decisionStatements(decision, { context, family, origin, protocols });
    const cleared = isDrop(final) ? [] : [clear(mask)];
    const remark = `the best candidate says ${decision.kind === 'verdict' ? decision.verdict.kind : decision.kind}`;
    return { statements: [...match, ...cleared, ...final], origin: undefined, remark };
  });
}

/** What a search looks up first, for names. */
function labelOf(node: PlanNode): string {
  if (node.kind === 'switch') return node.label;
  return node.kind === 'sequence' && node.steps.length > 0 ? labelOf(node.steps[0]!) : 'rest';
}

/** Appends a search's rules. The first that matches is kept where it is better than what is, and ends the search. */
export function lowerCandidates(node: Candidates, chain: NftChain, place: RulePlace): void {
  const { search, context } = place;
  if (!search) throw new Error('candidates stand in no search');
  let overwrites = search.isFirst;
  for (const [index, rule] of node.rules.entries()) {
    const code = spread(search.codes.of(node.ranks[index]!), search.mask);
    const chains = context.chains.length;
    const worse = overwrites ? [] : [`meta mark & ${hex(search.mask)} < ${hex(code)}`];
    const keep = `meta mark set meta mark & ${hex(~search.mask)} | ${hex(code)}`;
    lowerConditionally(rule, chain, place, [], () => [...worse, keep, 'return']);
    // From a chain of the rule's own the search comes back to the next rules, which then find a better candidate.
    if (context.chains.length > chains) overwrites = false;
  }
}
