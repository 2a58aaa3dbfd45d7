/** What this host sends itself: no rule about a way in holds, and a destination translation may send it another way. */
import type { Atom, ProgramRule } from '../../../compiler/4-program/program.ts';
import {
  isNothing,
  mapNodes,
  NOTHING,
  type Candidates,
  type Lookup,
  type Plan,
  type PlanNode,
} from '../../../compiler/6-plan/plan.ts';
import type { Context } from './context.ts';

/** The node without rules that ask for an incoming interface: packets of this host have none. */
export function withoutIncoming(node: PlanNode): PlanNode {
  const keep = (rule: ProgramRule) => !asksFor('in', rule.atoms);
  return mapNodes(node, (one) => {
    switch (one.kind) {
      case 'rules':
        return { ...one, rules: one.rules.filter(keep) };
      case 'candidates':
        return candidatesWhere(one, keep);
      case 'switch':
        return asksFor('in', one.guard) ? NOTHING : one;
      case 'lookup':
        return lookupWithoutIncoming(one, asksFor('in', one.guard) ? () => false : keep);
      default:
        return one;
    }
  });
}

/** The candidates that `keep` keeps, with their ranks. */
function candidatesWhere({ kind, rules, ranks }: Candidates, keep: (rule: ProgramRule) => boolean): Candidates {
  return { kind, rules: rules.filter(keep), ranks: ranks.filter((_, index) => keep(rules[index]!)) };
}

function asksFor(field: 'in' | 'out', atoms: readonly Atom[]): boolean {
  return atoms.some(({ test, negated }) => !negated && test.kind === 'zone' && test.field === field);
}

function lookupWithoutIncoming(node: Lookup, keep: (rule: ProgramRule) => boolean): PlanNode {
  const classes = node.classes
    .map((one) => ({ ...one, rules: one.rules.filter(keep) }))
    .filter((one) => one.rules.length > 0);
  return classes.length > 0 ? { ...node, classes } : NOTHING;
}

/** Whether some destination of what this host sends is translated. */
export function translatesOwnPackets({ stages }: Plan): boolean {
  const translation = stages.find(({ stage }) => stage.id === 'destination nat');
  return translation !== undefined && !isNothing(withoutIncoming(translation.body));
}

/**
 * Behind a translation in the output hook, nftables goes on telling the way out from before it (the hook's state is made
 * once): rules of `filter output` about the way out are refused there.
 */
export function refuseFormerWayOut(plan: Plan, context: Context): void {
  const filter = plan.stages.find(({ stage }) => stage.id === 'filter output');
  if (!filter || !translatesOwnPackets(plan)) return;
  for (const rule of [...rulesAbout(filter.eachPacket), ...rulesAbout(filter.body)]) {
    context.refuse(
      rule.origin,
      'nftables tells the way out of what this host sends as it was before `nat` translated the destination',
      'Let the destination translations name the zones they are for (`dnat in ZONE …`), or decide by destination here.',
    );
  }
}

/** The rules that ask for the way out; a guard asks for all that stands behind it. */
function rulesAbout(node: PlanNode, guarded = false): readonly ProgramRule[] {
  const about = (rules: readonly ProgramRule[], isGuarded: boolean) =>
    rules.filter((rule) => isGuarded || isAbout(rule));
  switch (node.kind) {
    case 'sequence':
      return node.steps.flatMap((step) => rulesAbout(step, guarded));
    case 'ranked':
      return node.searches.flatMap((search) => rulesAbout(search, guarded));
    case 'rules':
    case 'candidates':
      return about(node.rules, guarded);
    case 'scope':
      return rulesAbout(node.body, guarded);
    case 'switch': {
      const isGuarded = guarded || guardsWayOut(node.guard);
      return [...node.cases.map(({ body }) => body), node.otherwise].flatMap((one) => rulesAbout(one, isGuarded));
    }
    case 'lookup': {
      const isGuarded = guarded || guardsWayOut(node.guard);
      return node.classes.flatMap(({ rules }) => about(rules, isGuarded));
    }
  }
}

function isAbout(rule: ProgramRule): boolean {
  return [rule.atoms, ...rule.effects.flatMap(({ when }) => when)].some(guardsWayOut);
}

function guardsWayOut(guard: readonly Atom[]): boolean {
  return guard.some(({ test }) => test.kind === 'zone' && test.field === 'out');
}
