/**
 * A condition as a list of conjunctions of atoms. They may overlap, or exclude each other where a rule's effects must
 * happen once: then each later conjunction carries the complement of the earlier ones.
 */
import type { Atom } from './program.ts';
import { join, negation, type FamilyCondition } from './family.ts';
import { simplify } from './atoms.ts';

/** More conjunctions than this from one rule: the rule is refused, rather than an artifact that nobody can load. */
const MOST_CONJUNCTIONS = 1024;

export class TooManyConjunctions extends Error {}

/** The conjunctions whose union is `condition`; `disjoint`: no packet meets two of them. */
export function conjunctionsOf(condition: FamilyCondition, disjoint: boolean): Atom[][] {
  return expand(condition, false, disjoint);
}

function expand(condition: FamilyCondition, negated: boolean, disjoint: boolean): Atom[][] {
  switch (condition.kind) {
    case 'constant':
      return condition.value === negated ? [] : [[]];
    case 'not':
      return expand(condition.of, !negated, disjoint);
    case 'test':
      return [[{ test: condition.test, negated }]];
    default:
      // De Morgan: a negated conjunction is the disjunction of the negated parts.
      return (condition.kind === 'all') === !negated
        ? product(condition.of, negated, disjoint)
        : sum(condition.of, negated, disjoint);
  }
}

function product(parts: readonly FamilyCondition[], negated: boolean, disjoint: boolean): Atom[][] {
  const choicesOf = parts.map((part) => expand(part, negated, disjoint));
  // Mostly there is nothing to choose.
  if (choicesOf.every((choices) => choices.length === 1)) {
    const only = simplify(choicesOf.flatMap(([choice]) => choice!));
    return only ? [only] : [];
  }
  let result: Atom[][] = [[]];
  for (const choices of choicesOf) {
    const next: Atom[][] = [];
    for (const left of result) {
      for (const right of choices) {
        const both = simplify([...left, ...right]);
        if (both) next.push(both);
      }
    }
    bound(next.length);
    result = next;
  }
  return result;
}

function sum(parts: readonly FamilyCondition[], negated: boolean, disjoint: boolean): Atom[][] {
  const result: Atom[][] = [];
  parts.forEach((part, index) => {
    const own = negated ? negation(part) : part;
    if (!disjoint || index === 0) {
      result.push(...expand(own, false, disjoint));
    } else {
      const earlier = parts.slice(0, index).map((one) => (negated ? one : negation(one)));
      result.push(...expand(join('all', [...earlier, own]), false, true));
    }
    bound(result.length);
  });
  return result;
}

function bound(count: number): void {
  if (count > MOST_CONJUNCTIONS) throw new TooManyConjunctions();
}
