import { isSetTest, sameAtom } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { commute, isPlain, sameDecision } from '../commute.ts';
import { mapRules, type Pass } from './pass.ts';

export const mergeIntoSets: Pass = {
  name: 'merge-into-sets',
  description: `Rules that decide the same and differ in the values of one field become one rule with the union of the values.
A later rule moves up to an earlier one only past rules with which it commutes (no packet meets both, or both decide the
same), so the first rule that decides about a packet decides the same as before. Rules with effects, limits or values of
a row are left alone: their counts and buckets are their own.`,
  run: (node) => mapRules(node, (rules) => ({ kind: 'rules', rules: merged(rules) })),
};

/** How far up a rule looks for one to join: keeps long lists linear. */
const FARTHEST = 64;

function merged(rules: readonly ProgramRule[]): ProgramRule[] {
  const result: ProgramRule[] = [];
  for (const rule of rules) {
    if (!join(result, rule)) result.push(rule);
  }
  return result;
}

function join(earlier: ProgramRule[], rule: ProgramRule): boolean {
  if (!isPlain(rule)) return false;
  for (let i = earlier.length - 1; i >= Math.max(0, earlier.length - FARTHEST); i--) {
    const other = earlier[i]!;
    const both = isPlain(other) && sameDecision(other.decision, rule.decision) ? unionOf(other, rule) : undefined;
    if (both) {
      earlier[i] = both;
      return true;
    }
    if (!commute(other, rule)) return false;
  }
  return false;
}

/** One rule for both, where all but one field's values are alike. */
function unionOf(first: ProgramRule, second: ProgramRule): ProgramRule | undefined {
  if (first.family !== second.family || first.eachPacket !== second.eachPacket) return undefined;
  if (first.atoms.length !== second.atoms.length) return undefined;
  const ownFirst = first.atoms.filter((atom) => !second.atoms.some((other) => sameAtom(atom, other)));
  const ownSecond = second.atoms.filter((atom) => !first.atoms.some((other) => sameAtom(atom, other)));
  const origins = { merged: [...(first.merged ?? []), second.origin, ...(second.merged ?? [])] };
  if (ownFirst.length === 0 && ownSecond.length === 0) return { ...first, ...origins };
  if (ownFirst.length !== 1 || ownSecond.length !== 1) return undefined;
  const joined = unionAtom(ownFirst[0]!, ownSecond[0]!);
  if (!joined) return undefined;
  return { ...first, ...origins, atoms: first.atoms.map((atom) => (atom === ownFirst[0] ? joined : atom)) };
}

function unionAtom(a: Atom, b: Atom): Atom | undefined {
  if (a.negated || b.negated || !isSetTest(a) || !isSetTest(b)) return undefined;
  const [x, y] = [a.test, b.test];
  if (x.kind === 'number' && y.kind === 'number' && x.field === y.field) {
    const { name: _name, ...rest } = x;
    return { negated: false, test: { ...rest, in: x.in.union(y.in) } };
  }
  if (
    x.kind === 'address' &&
    y.kind === 'address' &&
    x.field === y.field &&
    x.view === y.view &&
    x.family === y.family
  ) {
    const { name: _name, ...rest } = x;
    return { negated: false, test: { ...rest, in: x.in.union(y.in) } };
  }
  return undefined;
}
