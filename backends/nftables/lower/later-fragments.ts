/**
 * What of a plan is left for later fragments, which have no transport header: no port, flag, ICMP type or payload. Linux
 * reads the first bytes of their data as if they were the header, where they are not put together before. Packets of IPv6 may
 * have no protocol either: later fragments whose header of fragments names an extension header as the next, and what is cut
 * off in its extension headers.
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

type Fields = ReadonlySet<string>;

const TRANSPORT_FIELDS: Fields = new Set(['source port', 'destination port', 'service', 'tcp flags', 'icmp4', 'icmp6']);

const TRANSPORT_AND_PROTOCOL: Fields = new Set([...TRANSPORT_FIELDS, 'protocol']);

/** What becomes of later fragments of a family. */
export function laterFragmentRule(family: Family, verdict: string): NftRule {
  const match = family === 4 ? 'ip frag-off & 0x1fff != 0' : 'frag frag-off != 0';
  const remark = `later fragments of IPv${family} have no ports, flags or payload`;
  return { statements: [match, verdict], origin: undefined, remark };
}

/** The node as later fragments meet it; the same node where they meet all of it. */
export function forLaterFragments(node: PlanNode): PlanNode {
  return withoutFields(node, TRANSPORT_FIELDS);
}

/** The node as packets meet it that have no protocol; the same node where nft's tests of protocols say the same of them. */
export function forPacketsWithoutProtocol(node: PlanNode): PlanNode {
  return asksForOtherProtocols(node) ? withoutFields(node, TRANSPORT_AND_PROTOCOL) : node;
}

/** What becomes of packets of which nft can read a protocol, whichever it is. */
export function withProtocolRule(verdict: string): NftRule {
  const remark = 'behind this, there are only packets of IPv6 whose extension headers lead to no protocol';
  return { statements: ['meta l4proto 0-255', verdict], origin: undefined, remark };
}

/** Whether it holds of packets that they are of none of some protocols: nft breaks off where a packet has none at all. */
function asksForOtherProtocols(node: PlanNode): boolean {
  let asks = false;
  const look = (atoms: readonly Atom[]): void => {
    asks ||= atoms.some(({ negated, test }) => negated && 'field' in test && test.field === 'protocol');
  };
  const lookAtRule = (rule: ProgramRule): void => {
    look(rule.atoms);
    for (const { when } of rule.effects) when.forEach(look);
  };
  mapNodes(node, (one) => {
    if ('guard' in one) look(one.guard);
    if ('rules' in one) one.rules.forEach(lookAtRule);
    if (one.kind === 'lookup') for (const { rules } of one.classes) rules.forEach(lookAtRule);
    return one;
  });
  return asks;
}

function withoutFields(node: PlanNode, lacked: Fields): PlanNode {
  return mapNodes(node, (one) => {
    switch (one.kind) {
      case 'rules': {
        const rules = mapped(one.rules, (rule) => ruleWithout(rule, lacked));
        return rules === one.rules ? one : { ...one, rules };
      }
      case 'candidates':
        return candidatesWithout(one, lacked);
      case 'lookup':
        return lookupWithout(one, lacked);
      case 'switch':
        return switchWithout(one, lacked);
      case 'ranked': {
        const searches = mapped(one.searches, (search) => (isNothing(search) ? undefined : search));
        return searches === one.searches ? one : { ...one, searches };
      }
      default:
        return one;
    }
  });
}

function candidatesWithout(node: Candidates, lacked: Fields): Candidates {
  const rules = node.rules.map((rule) => ruleWithout(rule, lacked));
  if (rules.every((rule, index) => rule === node.rules[index])) return node;
  const ranks = node.ranks.filter((_, index) => rules[index] !== undefined);
  return { ...node, rules: rules.filter((rule) => rule !== undefined), ranks };
}

function lookupWithout(lookup: Lookup, lacked: Fields): PlanNode {
  const guard = atomsWithout(lookup.guard, lacked);
  if (guard === undefined || lookup.key.some(({ field }) => TRANSPORT_FIELDS.has(field))) return NOTHING;
  const classes = mapped(lookup.classes, (one) => {
    const rules = mapped(one.rules, (rule) => ruleWithout(rule, lacked));
    if (rules === one.rules) return one;
    return rules.length === 0 ? undefined : { ...one, rules };
  });
  if (classes.length === 0) return NOTHING;
  return guard === lookup.guard && classes === lookup.classes ? lookup : { ...lookup, guard, classes };
}

/** Later fragments are in no case of a field that they lack. */
function switchWithout(node: Switch, lacked: Fields): PlanNode {
  const guard = atomsWithout(node.guard, lacked);
  if (guard === undefined) return NOTHING;
  if (!lacked.has(node.field.field)) {
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

function ruleWithout(rule: ProgramRule, lacked: Fields): ProgramRule | undefined {
  const atoms = atomsWithout(rule.atoms, lacked);
  if (atoms === undefined) return undefined;
  if (rule.gates.some(asksTransport)) return onlyCharging({ ...rule, atoms });
  const effects = mapped(rule.effects, (effect) => effectWithout(effect, lacked));
  if (effects.length === 0 && rule.decision === undefined) return undefined;
  return atoms === rule.atoms && effects === rule.effects ? rule : { ...rule, atoms, effects };
}

/** A rule that no such fragment gets through: what it asks before of buckets that other rules share is charged all the same. */
function onlyCharging(rule: ProgramRule): ProgramRule | undefined {
  const gates = rule.gates.slice(0, rule.gates.findIndex(asksTransport));
  const charges = gates.some((gate) => gate.kind === 'rate' && gate.bucket !== undefined);
  return charges ? { ...rule, gates, effects: [], decision: undefined } : undefined;
}

function effectWithout(one: ProgramEffect, lacked: Fields): ProgramEffect | undefined {
  const { effect } = one;
  const isByPort = (effect.kind === 'remember' || effect.kind === 'forget') && effect.key.some(isTransportField);
  const when = mapped(one.when, (atoms) => atomsWithout(atoms, lacked));
  if (isByPort || when.length === 0 || one.gates.some(asksTransport)) return undefined;
  return when === one.when ? one : { ...one, when };
}

/** Undefined where they cannot all hold; what holds of every later fragment is left out. */
function atomsWithout(atoms: readonly Atom[], lacked: Fields): readonly Atom[] | undefined {
  if (atoms.some((atom) => asksField(atom, lacked) && !atom.negated)) return undefined;
  return mapped(atoms, (atom) => (asksField(atom, lacked) ? undefined : atom));
}

/** Whether the test is of a field that these fragments lack, so that it is false of them. */
function asksField({ test }: Atom, lacked: Fields): boolean {
  switch (test.kind) {
    case 'number':
    case 'masked':
      return lacked.has(test.field);
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
