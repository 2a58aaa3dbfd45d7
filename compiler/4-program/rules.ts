/** One rule of a policy as rules of the Program: a conjunction each, for one family or for both. */
import type { Condition, Effect, Gate, GatedEffect, Rule, Translation, Zone } from '../model/index.ts';
import { holdsFamily } from '../model/memory.ts';
import { lacksKey } from './atoms.ts';
import { conjunctionsOf } from './conjunctions.ts';
import { withInsidePath } from './hairpin.ts';
import { ALWAYS, forFamily, speaksOfFamily } from './family.ts';
import type { Atom, Decision, Family, ProgramEffect, ProgramItem, ProgramRule } from './program.ts';

/**
 * The rule in a policy of these zones. Throws `TooManyConjunctions` where the alternatives multiply beyond what can be
 * carried out, and `AnyOriginalAddress`.
 */
export function rulesOf(rule: Rule, zones: readonly Zone[]): ProgramItem[] {
  return byEffect(rule).flatMap((one) => onceEach(one, rulesOfOne(one, zones)));
}

/**
 * `dscp set 0 where dscp == 46 or length < 60`: what the first of its rules writes, the second would read. The packet leaves them
 * behind the one that it meets, so that it still meets the policy's rule once.
 */
function onceEach({ origin }: Rule, rules: readonly ProgramRule[]): readonly ProgramItem[] {
  const readsOwn = rules.some(({ family, atoms }, index) =>
    atoms.some((atom) =>
      rules.slice(0, index).some((earlier) => mayMeetBoth(earlier, family) && writesFor(earlier, atom)),
    ),
  );
  if (!readsOwn) return rules;
  const leaving: Decision = { kind: 'verdict', verdict: { kind: 'leave' } };
  const items = rules.map((rule) => ({ ...rule, decision: leaving }));
  return [{ kind: 'scope', origin, name: origin.name.split('/').at(-1)!, items }];
}

function mayMeetBoth({ family, decision }: ProgramRule, other: Family | undefined): boolean {
  return decision === undefined && (family === undefined || other === undefined || family === other);
}

/** Whether the rule writes what the atom reads. */
function writesFor({ effects }: ProgramRule, { test }: Atom): boolean {
  const reads = (field: 'mark' | 'dscp') =>
    test.kind === 'same field' ? test.left === field || test.right === field : 'field' in test && test.field === field;
  return effects.some(({ effect }) => {
    switch (effect.kind) {
      case 'mark set':
        return reads('mark');
      case 'dscp set':
        return reads('dscp');
      case 'remember':
      case 'forget':
        return test.kind === 'memory' && test.memory === effect.memory;
      default:
        return false;
    }
  });
}

/**
 * A rule that only has effects, each under clauses of its own, as a rule for each effect: `traffic host` counts what a
 * host sent by its source, and what it received by its destination, and each is then one plain rule.
 */
function byEffect(rule: Rule): Rule[] {
  const decides = rule.verdict ?? rule.translation ?? rule.socket ?? rule.class;
  const isPlain = (effect: GatedEffect) => effect.condition.kind === 'all' && effect.condition.of.length === 0;
  if (decides !== undefined || rule.gates.length > 0 || rule.effects.every(isPlain)) return [rule];
  return rule.effects.map((effect) => ({
    ...rule,
    condition: both(rule.condition, effect.condition),
    effects: [{ ...effect, condition: { kind: 'all', of: [] } }],
  }));
}

/** Both conditions; alternatives of which the second is one say nothing more beside it. */
function both(condition: Condition, own: Condition): Condition {
  const terms = condition.kind === 'all' ? condition.of : [condition];
  const kept = terms.filter((term) => term !== own && !(term.kind === 'any' && term.of.includes(own)));
  return { kind: 'all', of: [...kept, own] };
}

function rulesOfOne(rule: Rule, zones: readonly Zone[]): ProgramRule[] {
  if (!isForOneFamily(rule)) return variants(rule, undefined, zones);
  return [...variants(rule, 4, zones), ...variants(rule, 6, zones)];
}

function variants(rule: Rule, family: Family | undefined, zones: readonly Zone[]): ProgramRule[] {
  if (family && !hasTargetFor(rule.translation, family)) return [];
  const decision = decisionOf(rule);
  // A rule that ends the walk is met once, whichever of its conjunctions holds; effects and buckets are met each time.
  const disjoint = rule.gates.length > 0 || !decision;
  const effects = rule.effects
    .filter(({ effect }) => family === undefined || isForFamily(effect, family))
    .map((effect) => programEffect(effect, family))
    .filter((effect) => effect.when.length > 0);
  if (!decision && effects.length === 0) return [];
  return conjunctions(rule.condition, family, disjoint).flatMap((conjunction): ProgramRule[] => {
    const { origin, eachPacket, gates } = rule;
    const possible = effects.filter((effect) => canHappen(conjunction, effect));
    if (!canOpen(conjunction, gates) || (!decision && possible.length === 0)) return [];
    const atoms = withInsidePath(conjunction, rule, zones);
    return [{ kind: 'rule', origin, family, eachPacket, atoms, gates, effects: possible, decision }];
  });
}

/** A memory by ports learns nothing of a packet without ports. */
function canHappen(conjunction: readonly Atom[], { effect, gates }: ProgramEffect): boolean {
  const isMemory = effect.kind === 'remember' || effect.kind === 'forget';
  return canOpen(conjunction, gates) && !(isMemory && lacksKey(conjunction, effect.key));
}

/** A limit by ports has no bucket for a packet without ports; one before it, whose bucket others share, is charged all the same. */
function canOpen(conjunction: readonly Atom[], gates: readonly Gate[]): boolean {
  for (const gate of gates) {
    if (gate.kind === 'sample') continue;
    const fields = gate.per.map(({ field }) => field);
    if (lacksKey(conjunction, fields)) return false;
    if (gate.kind === 'rate' && gate.bucket !== undefined) return true;
  }
  return true;
}

function conjunctions(condition: Condition, family: Family | undefined, disjoint: boolean): Atom[][] {
  if (condition.kind === 'all' && condition.of.length === 0) return conjunctionsOf(ALWAYS, disjoint);
  return conjunctionsOf(forFamily(condition, family ?? 4), disjoint);
}

function programEffect(gated: GatedEffect, family: Family | undefined): ProgramEffect {
  return { effect: gated.effect, when: conjunctions(gated.condition, family, true), gates: gated.gates };
}

function decisionOf(rule: Rule): Decision | undefined {
  if (rule.verdict) return { kind: 'verdict', verdict: rule.verdict };
  if (rule.translation) return { kind: 'translation', translation: rule.translation };
  const { socket, socketLimit: limit } = rule;
  if (socket !== undefined) return { kind: 'socket', socket, ...(limit && { limit }) };
  return rule.class === undefined ? undefined : { kind: 'class', class: rule.class };
}

/** Whether any part of the rule reads or writes what differs between the families. */
function isForOneFamily(rule: Rule): boolean {
  return (
    speaksOfFamily(rule.condition) ||
    rule.gates.some(gateSpeaksOfFamily) ||
    rule.effects.some(
      ({ effect, condition, gates }) =>
        speaksOfFamily(condition) || gates.some(gateSpeaksOfFamily) || effectSpeaksOfFamily(effect),
    ) ||
    rule.translation?.kind === 'snat' ||
    rule.translation?.kind === 'dnat'
  );
}

function gateSpeaksOfFamily(gate: Gate): boolean {
  return gate.kind !== 'sample' && gate.per.some((part) => part.field === 'source' || part.field === 'destination');
}

function effectSpeaksOfFamily(effect: Effect): boolean {
  return effect.kind === 'remember' || effect.kind === 'forget' || effect.kind === 'dscp set';
}

/** A memory for addresses of one family is not written by packets of the other. */
function isForFamily(effect: Effect, family: Family): boolean {
  return !('memory' in effect) || holdsFamily(effect.memory, family);
}

function hasTargetFor(translation: Translation | undefined, family: Family): boolean {
  if (translation?.kind !== 'snat' && translation?.kind !== 'dnat') return true;
  const { v4, v6, ports } = translation.target;
  // A target of ports alone keeps the address, whatever its family.
  return (family === 4 ? v4 : v6) !== undefined || (v4 === undefined && v6 === undefined && ports !== undefined);
}
