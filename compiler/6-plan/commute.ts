/** When the order of two rules makes no difference to any packet. */
import { isSetTest, sameView } from '../4-program/atoms.ts';
import type { Atom, Decision, ProgramEffect, ProgramRule } from '../4-program/program.ts';

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
    if (x.kind !== 'number' || y.kind !== 'number') return false;
    return x.field === y.field && sameView(x, y) && !x.in.intersects(y.in);
  }
  if (a.test.kind === 'zone' && b.test.kind === 'zone') {
    const theirs = b.test.zones;
    return a.test.field === b.test.field && !a.test.zones.some((zone) => theirs.includes(zone));
  }
  return false;
}

/** Whether no packet can meet both, even where the one that comes first writes what the other reads. */
export function rulesExclude(a: ProgramRule, b: ProgramRule): boolean {
  if (a.family !== undefined && b.family !== undefined && a.family !== b.family) return true;
  return writesFields(a) || writesFields(b)
    ? exclude(a.atoms.filter(isSteady), b.atoms.filter(isSteady))
    : exclude(a.atoms, b.atoms);
}

/** Whether the rule writes what rules behind it may test. */
export function writesFields({ effects }: ProgramRule): boolean {
  return effects.some(({ effect }) => effect.kind === 'mark set' || effect.kind === 'dscp set');
}

/** Whether a test reads what rules may write. */
export function isWrittenByRules(test: Atom['test']): boolean {
  return 'field' in test && (test.field === 'mark' || test.field === 'dscp');
}

const isSteady = ({ test }: Atom): boolean => !isWrittenByRules(test);

/** Whether the two may change places. */
export function commute(a: ProgramRule, b: ProgramRule): boolean {
  if (rulesExclude(a, b)) return true;
  if (isCountingOnly(a) && isCountingOnly(b)) return true;
  const does = deedKey(a);
  return does !== undefined && does === deedKey(b);
}

/** Adds to counters and does nothing else: additions come in any order. */
function isCountingOnly(rule: ProgramRule): boolean {
  const isCount = rule.effects.every(({ effect }) => effect.kind === 'count');
  return isCount && !rule.decision && rule.gates.length === 0 && !hasOpaque(rule);
}

/** Counts all packets that it is for, in counters by name, and decides if it does; nothing else. */
export function isPlainButForCounting(rule: ProgramRule): boolean {
  const isCount = ({ effect, gates, when }: ProgramEffect) =>
    effect.kind === 'count' &&
    effect.counter.kind === 'named' &&
    gates.length === 0 &&
    when.length === 1 &&
    when[0]!.length === 0;
  return rule.gates.length === 0 && rule.effects.every(isCount) && !hasOpaque(rule);
}

/**
 * The same text for rules that decide and count the same for every packet, and do nothing else: whichever of them a packet
 * meets first is the only one that it meets. Undefined for rules that are like no other.
 */
export function deedKey(rule: ProgramRule): string | undefined {
  const decision = isPlainButForCounting(rule) ? decisionKey(rule.decision) : undefined;
  if (decision === undefined || rule.effects.length === 0) return decision;
  return `${decision} ${JSON.stringify(rule.effects.map(({ effect }) => effect))}`;
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

/** Whether two decisions are the same for every packet; those that depend on a row, or on what came before, never are. */
export function sameDecision(a: Decision | undefined, b: Decision | undefined): boolean {
  const key = decisionKey(a);
  return key !== undefined && key === decisionKey(b);
}

/** The same text for decisions that are the same for every packet; undefined for those that are like no other. */
export function decisionKey(decision: Decision | undefined): string | undefined {
  if (decision?.kind === 'verdict') return `verdict ${JSON.stringify(decision.verdict)}`;
  if (decision?.kind === 'class') return typeof decision.class === 'number' ? `class ${decision.class}` : undefined;
  return decision?.kind === 'socket' && !decision.limit ? `socket ${decision.socket}` : undefined;
}
