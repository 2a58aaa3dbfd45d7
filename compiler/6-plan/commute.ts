/** When the order of two rules makes no difference to any packet. */
import { isSetTest } from '../4-program/atoms.ts';
import type { Atom, Decision, ProgramRule } from '../4-program/program.ts';

/** Whether no packet can meet both rules. */
export function exclude(a: readonly Atom[], b: readonly Atom[]): boolean {
  return a.some((first) => b.some((second) => atomsExclude(first, second)));
}

function atomsExclude(a: Atom, b: Atom): boolean {
  if (a.negated || b.negated) return false;
  if (isSetTest(a) && isSetTest(b)) {
    const x = a.test;
    const y = b.test;
    if (x.kind === 'address' && y.kind === 'address') {
      return x.family !== y.family || (x.field === y.field && x.view === y.view && !x.in.intersects(y.in));
    }
    return x.kind === 'number' && y.kind === 'number' && x.field === y.field && !x.in.intersects(y.in);
  }
  if (a.test.kind === 'zone' && b.test.kind === 'zone') {
    const theirs = b.test.zones;
    return a.test.field === b.test.field && !a.test.zones.some((zone) => theirs.includes(zone));
  }
  return false;
}

export function rulesExclude(a: ProgramRule, b: ProgramRule): boolean {
  if (a.family !== undefined && b.family !== undefined && a.family !== b.family) return true;
  return exclude(a.atoms, b.atoms);
}

/** Whether the two may change places. */
export function commute(a: ProgramRule, b: ProgramRule): boolean {
  if (rulesExclude(a, b)) return true;
  if (isCountingOnly(a) && isCountingOnly(b)) return true;
  return isPlain(a) && isPlain(b) && sameDecision(a.decision, b.decision);
}

/** Adds to counters and does nothing else: additions come in any order. */
function isCountingOnly(rule: ProgramRule): boolean {
  const isCount = rule.effects.every(({ effect }) => effect.kind === 'count');
  return isCount && !rule.decision && rule.gates.length === 0 && !hasOpaque(rule);
}

/** Decides, and nothing else. */
export function isPlain(rule: ProgramRule): boolean {
  return rule.gates.length === 0 && rule.effects.length === 0 && rule.decision !== undefined && !hasOpaque(rule);
}

/**
 * Whether the rule has words of a plane's own. These may count, draw lots or remember, so they are asked of exactly the
 * packets that meet what stands before them, once for each, and at one place.
 */
export function hasOpaque({ atoms, effects }: ProgramRule): boolean {
  const isOpaque = (atom: Atom) => atom.test.kind === 'opaque';
  return (
    atoms.some(isOpaque) ||
    effects.some(({ effect, when }) => effect.kind === 'opaque' || when.some((some) => some.some(isOpaque)))
  );
}

/** Whether two decisions are the same for every packet; those that depend on a row never are. */
export function sameDecision(a: Decision | undefined, b: Decision | undefined): boolean {
  if (a === undefined || b === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'verdict' && b.kind === 'verdict') return JSON.stringify(a.verdict) === JSON.stringify(b.verdict);
  return a.kind === 'socket' && b.kind === 'socket' && a.socket === b.socket;
}
