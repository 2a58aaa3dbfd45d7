/**
 * What of a plan is left for later fragments, which have no transport header: no port, flag, ICMP type or payload. Linux
 * reads the first bytes of their data as if they were the header, where they are not put together before.
 */
import type { Atom, Family, ProgramEffect, ProgramRule } from '../../../compiler/4-program/program.ts';
import {
  isNothing,
  mapNodes,
  NOTHING,
  type Candidates,
  type Lookup,
  type PlanNode,
  type Switch,
} from '../../../compiler/6-plan/plan.ts';
import type { Gate } from '../../../compiler/model/index.ts';
import type { NftRule } from '../tree.ts';

const TRANSPORT_FIELDS: ReadonlySet<string> = new Set([
  'source port',
  'destination port',
  'service',
  'tcp flags',
  'icmp4',
  'icmp6',
]);

/** What becomes of later fragments of a family. */
export function laterFragmentRule(family: Family, verdict: string): NftRule {
  const match = family === 4 ? 'ip frag-off & 0x1fff != 0' : 'frag frag-off != 0';
  const remark = `later fragments of IPv${family} have no ports, flags or payload`;
  return { statements: [match, verdict], origin: undefined, remark };
}

/** The node as later fragments meet it; the same node where they meet all of it. */
export function forLaterFragments(node: PlanNode): PlanNode {
  return mapNodes(node, (one) => {
    switch (one.kind) {
      case 'rules': {
        const rules = mapped(one.rules, ruleForLaterFragments);
        return rules === one.rules ? one : { ...one, rules };
      }
      case 'candidates':
        return candidatesForLaterFragments(one);
      case 'lookup':
        return lookupForLaterFragments(one);
      case 'switch':
        return switchForLaterFragments(one);
      case 'ranked': {
        const searches = mapped(one.searches, (search) => (isNothing(search) ? undefined : search));
        return searches === one.searches ? one : { ...one, searches };
      }
      default:
        return one;
    }
  });
}

function candidatesForLaterFragments(node: Candidates): Candidates {
  const rules = node.rules.map(ruleForLaterFragments);
  if (rules.every((rule, index) => rule === node.rules[index])) return node;
  const ranks = node.ranks.filter((_, index) => rules[index] !== undefined);
  return { ...node, rules: rules.filter((rule) => rule !== undefined), ranks };
}

function lookupForLaterFragments(lookup: Lookup): PlanNode {
  const guard = atomsForLaterFragments(lookup.guard);
  if (guard === undefined || lookup.key.some(({ field }) => TRANSPORT_FIELDS.has(field))) return NOTHING;
  const classes = mapped(lookup.classes, (one) => {
    const rules = mapped(one.rules, ruleForLaterFragments);
    if (rules === one.rules) return one;
    return rules.length === 0 ? undefined : { ...one, rules };
  });
  if (classes.length === 0) return NOTHING;
  return guard === lookup.guard && classes === lookup.classes ? lookup : { ...lookup, guard, classes };
}

/** Later fragments are in no case of a field that they lack. */
function switchForLaterFragments(node: Switch): PlanNode {
  const guard = atomsForLaterFragments(node.guard);
  if (guard === undefined) return NOTHING;
  if (!TRANSPORT_FIELDS.has(node.field.field)) {
    return withoutEmptyCases(guard === node.guard ? node : { ...node, guard });
  }
  if (isNothing(node.otherwise)) return NOTHING;
  // The guard is still asked before what is for no case.
  return { ...node, guard, cases: [] };
}

/** Cases in which nothing is left are none, unless they keep packets from what is for no case. */
function withoutEmptyCases(node: Switch): PlanNode {
  if (!isNothing(node.otherwise)) return node;
  const cases = mapped(node.cases, (one) => (isNothing(one.body) ? undefined : one));
  if (cases.length === 0) return NOTHING;
  return cases === node.cases ? node : { ...node, cases };
}

function ruleForLaterFragments(rule: ProgramRule): ProgramRule | undefined {
  const atoms = atomsForLaterFragments(rule.atoms);
  if (atoms === undefined || rule.gates.some(asksTransport)) return undefined;
  const effects = mapped(rule.effects, effectForLaterFragments);
  if (effects.length === 0 && rule.decision === undefined) return undefined;
  return atoms === rule.atoms && effects === rule.effects ? rule : { ...rule, atoms, effects };
}

function effectForLaterFragments(one: ProgramEffect): ProgramEffect | undefined {
  const { effect } = one;
  const isByPort = (effect.kind === 'remember' || effect.kind === 'forget') && effect.key.some(isTransportField);
  const when = mapped(one.when, atomsForLaterFragments);
  if (isByPort || when.length === 0 || one.gates.some(asksTransport)) return undefined;
  return when === one.when ? one : { ...one, when };
}

/** Undefined where they cannot all hold; what holds of every later fragment is left out. */
function atomsForLaterFragments(atoms: readonly Atom[]): readonly Atom[] | undefined {
  if (atoms.some((atom) => asksField(atom) && !atom.negated)) return undefined;
  return mapped(atoms, (atom) => (asksField(atom) ? undefined : atom));
}

/** Whether the test is of a field that later fragments lack, so that it is false of them. */
function asksField({ test }: Atom): boolean {
  switch (test.kind) {
    case 'number':
    case 'masked':
      return isTransportField(test.field);
    case 'same field':
      return isTransportField(test.left) || isTransportField(test.right);
    case 'memory':
      return test.key.some(isTransportField);
    case 'service cell':
    case 'payload':
      return true;
    default:
      return false;
  }
}

/** Whether the gate's buckets are told apart by a field that later fragments lack. */
function asksTransport(gate: Gate): boolean {
  return gate.kind !== 'sample' && gate.per.some(({ field }) => isTransportField(field));
}

function isTransportField(field: string): boolean {
  return TRANSPORT_FIELDS.has(field);
}

/** What becomes of each, the undefined left out; the same list where nothing changes. */
function mapped<Value>(list: readonly Value[], change: (value: Value) => Value | undefined): readonly Value[] {
  const results = list.map(change);
  if (results.every((result, index) => result === list[index])) return list;
  return results.filter((result) => result !== undefined);
}
