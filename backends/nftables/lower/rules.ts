/** One rule of the Program as rules of nft, with a chain of its own where one line cannot say it. */
import type { Atom, ProgramEffect, ProgramRule } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { decisionStatements } from './decisions.ts';
import { effectStatements, mayBreak } from './effects.ts';
import { gateStatements } from './gates.ts';
import { turningChain } from './hairpin.ts';
import { inverted, matchText, matchesOf, type MatchPlace } from './matches.ts';
import type { RowValues } from './row-values.ts';

export interface RulePlace {
  readonly context: Context;
  readonly stateful: boolean;
  /** The row that a lookup found, if one did. */
  readonly row?: RowValues | undefined;
}

/** Appends what carries out `rule` to `chain`. `before` are matches that stand first (a lookup's guard and key). */
export function lowerRule(rule: ProgramRule, chain: NftChain, place: RulePlace, before: readonly string[] = []): void {
  const { decision } = rule;
  if (decision?.kind === 'translation' && decision.turnsBack) {
    const own = turningChain(rule, chain, place, lowerRule);
    lowerConditionally({ ...rule, effects: [], decision: undefined }, chain, place, before, [`jump ${own}`]);
    return;
  }
  lowerConditionally(rule, chain, place, before, finalStatements(rule, place));
}

/** Appends a rule with what ends it, which need not be its own decision. */
export function lowerConditionally(
  rule: ProgramRule,
  chain: NftChain,
  place: RulePlace,
  before: readonly string[],
  final: readonly string[],
): void {
  const conditions = conditionsOf(rule.atoms, rule, place.context);
  const gates = gateStatements(rule.gates, { context: place.context, family: rule.family, origin: rule.origin });
  // A row found by an address has its family.
  const known = place.row?.key.hasAddress
    ? conditions.matches.filter((match) => !isFamilyMatch(match))
    : conditions.matches;
  const start = [...before, ...known];
  const inline = conditions.exclusions.length === 0 && rule.effects.every((_, at) => isInline(rule, at, place));
  if (inline) {
    const effects = rule.effects.flatMap((effect) => effectStatements(effect.effect, effectPlace(rule, place)));
    push(chain, rule, [...start, ...gates, ...effects, ...final]);
    return;
  }
  const own = place.context.chain(ruleChainName(rule), chainOwner(rule, chain), rule.origin.text);
  for (const exclusion of conditions.exclusions) push(own, rule, [...exclusion, 'return']);
  const target = conditions.exclusions.length > 0 && gates.length > 0 ? gatedChain(rule, own, gates, place) : own;
  push(chain, rule, [...start, ...(target === own ? gates : []), `${wayInto(rule, conditions, place)} ${own.name}`]);
  for (const effect of rule.effects) lowerEffect(effect, rule, target, place);
  if (final.length > 0) push(target, rule, final);
}

/** To `leave` is to return from the chain that holds the rule, which a chain of the rule's own must not stand between. */
function wayInto(rule: ProgramRule, conditions: Conditions, place: RulePlace): 'jump' | 'goto' {
  if (rule.decision?.kind !== 'verdict' || rule.decision.verdict.kind !== 'leave') return 'jump';
  if (conditions.exclusions.length > 0) {
    place.context.refuse(
      rule.origin,
      'nftables cannot leave a group from behind a negated clause on several fields',
      'Turn the condition round: put the clause, without `not`, on the rules that follow.',
    );
  }
  return 'goto';
}

/** Gates come after every other condition: behind exclusions, the rule continues in a second chain. */
function gatedChain(rule: ProgramRule, own: NftChain, gates: readonly string[], place: RulePlace): NftChain {
  const gated = place.context.chain(`${ruleChainName(rule)}_passed`, chainOwner(rule, own), rule.origin.text);
  push(own, rule, [...gates, `goto ${gated.name}`]);
  return gated;
}

function ruleChainName(rule: ProgramRule): string {
  const name = rule.origin.name.replace(/[^A-Za-z0-9]+/g, '_');
  return rule.family === undefined ? name : `${name}_ipv${rule.family}`;
}

function chainOwner(rule: ProgramRule, chain: NftChain): string {
  return `${chain.name} ${rule.origin.name} ${rule.origin.span.start} ${chain.rules.length} ${rule.family ?? ''}`;
}

function push(chain: NftChain, rule: ProgramRule, statements: readonly string[]): void {
  chain.rules.push({
    statements: statements.filter((statement) => statement !== ''),
    origin: rule.origin,
    merged: rule.merged,
  });
}

/** Whether an effect can stand in the rule's own line: it is always done, and breaks off nothing that follows. */
function isInline(rule: ProgramRule, at: number, place: RulePlace): boolean {
  const { gates, when, effect } = rule.effects[at]!;
  const isLast = at === rule.effects.length - 1 && !rule.decision;
  return (
    gates.length === 0 &&
    when.length === 1 &&
    when[0]!.length === 0 &&
    (isLast || !mayBreak(effect, effectPlace(rule, place)))
  );
}

function lowerEffect(effect: ProgramEffect, rule: ProgramRule, chain: NftChain, place: RulePlace): void {
  const { context } = place;
  const gates = gateStatements(effect.gates, { context, family: rule.family, origin: rule.origin });
  const statements = effectStatements(effect.effect, effectPlace(rule, place));
  for (const atoms of effect.when) {
    const conditions = conditionsOf(atoms, rule, context);
    if (conditions.exclusions.length === 0) {
      push(chain, rule, [...conditions.matches, ...gates, ...statements]);
      continue;
    }
    const own = context.chain(
      `${ruleChainName(rule)}_${effect.effect.kind.replace(' ', '_')}`,
      chainOwner(rule, chain),
      rule.origin.text,
    );
    for (const exclusion of conditions.exclusions) push(own, rule, [...exclusion, 'return']);
    push(own, rule, [...gates, ...statements]);
    push(chain, rule, [...conditions.matches, `jump ${own.name}`]);
  }
}

function effectPlace(rule: ProgramRule, place: RulePlace): Parameters<typeof effectStatements>[1] {
  const stateful = place.stateful && !rule.eachPacket;
  return { context: place.context, family: rule.family, origin: rule.origin, stateful, row: place.row };
}

function finalStatements(rule: ProgramRule, place: RulePlace): string[] {
  if (!rule.decision) return [];
  const protocols = protocolsOf(rule.atoms);
  return decisionStatements(rule.decision, {
    context: place.context,
    family: rule.family,
    origin: rule.origin,
    protocols,
    row: place.row,
  });
}

export interface Conditions {
  /** Matches of one rule, cheap ones first. */
  readonly matches: readonly string[];
  /** Each a list of matches that must not all hold. */
  readonly exclusions: readonly (readonly string[])[];
}

/** A conjunction as matches, and as exclusions where the complement has no match of its own. */
export function conditionsOf(
  atoms: readonly Atom[],
  rule: Pick<ProgramRule, 'family' | 'origin'>,
  context: Context,
): Conditions {
  const protocols = protocolsOf(atoms);
  const matches: string[] = [];
  const exclusions: string[][] = [];
  const ordered = atoms.toSorted((a, b) => rank(a) - rank(b));
  const speaksFamily = atoms.some((atom) => saysFamily(atom, rule.family));
  if (rule.family !== undefined && !speaksFamily) matches.push(`meta nfproto ipv${rule.family}`);
  for (const atom of ordered) {
    const place: MatchPlace = {
      context,
      family: rule.family,
      origin: rule.origin,
      protocols: atom.negated ? undefined : protocols,
    };
    const found = matchesOf(atom, place);
    if (!atom.negated) matches.push(...found.matches.map(matchText));
    else if (found.invertible && found.matches.length === 1) matches.push(matchText(inverted(found.matches[0]!)));
    else exclusions.push(found.matches.map(matchText));
  }
  return { matches: withoutImplied(matches), exclusions };
}

/** `meta l4proto tcp` says nothing beside `tcp dport 22`. */
function withoutImplied(matches: readonly string[]): string[] {
  return matches.filter((match) => {
    const protocol = /^meta l4proto (tcp|udp|sctp|dccp|udplite)$/.exec(match)?.[1];
    return protocol === undefined || !matches.some((other) => other.startsWith(`${protocol} `));
  });
}

/** `meta nfproto ipv4` */
export function isFamilyMatch(match: string): boolean {
  return match.startsWith('meta nfproto ');
}

/** Whether the match itself makes nft test the family. */
function saysFamily(atom: Atom, family: ProgramRule['family']): boolean {
  const { test } = atom;
  if (test.kind === 'address' || test.kind === 'memory') return true;
  if (test.kind !== 'number') return false;
  if (atom.negated && !['ttl', 'dscp', 'length', 'fragment'].includes(test.field)) return false;
  return (
    ['icmp4', 'icmp6', 'length', 'ttl', 'dscp'].includes(test.field) || (test.field === 'fragment' && family === 4)
  );
}

/** Cheap and selective first: interface, state, family and protocol, then addresses, then the rest. */
function rank(atom: Atom): number {
  const { test } = atom;
  if (test.kind === 'zone') return test.field === 'in' ? 0 : 1;
  if (test.kind === 'number') {
    if (test.field === 'state') return 2;
    if (test.field === 'protocol' || test.field === 'family') return 3;
    return test.field === 'service' || test.field === 'icmp4' || test.field === 'icmp6' ? 5 : 6;
  }
  if (test.kind === 'address') return test.field === 'source' ? 3.5 : 4;
  return test.kind === 'masked' ? 6 : 7;
}

/** The protocols that the positive atoms leave; undefined: any. */
export function protocolsOf(atoms: readonly Atom[]): IntervalSet | undefined {
  let protocols: IntervalSet | undefined;
  for (const { test, negated } of atoms) {
    if (negated) continue;
    const own = protocolsOfTest(test);
    if (own) protocols = protocols ? protocols.intersect(own) : own;
  }
  return protocols;
}

function protocolsOfTest(test: Atom['test']): IntervalSet | undefined {
  if (test.kind === 'masked') return test.field === 'tcp flags' ? IntervalSet.of(8, 6) : undefined;
  if (test.kind !== 'number' || !(test.in instanceof IntervalSet)) return undefined;
  switch (test.field) {
    case 'protocol':
      return test.in;
    case 'service':
      return IntervalSet.fromIntervals(
        8,
        [...test.in.numberIntervals()].map(([low, high]) => [low >>> 16, high >>> 16]),
      );
    case 'tcp flags':
      return IntervalSet.of(8, 6);
    case 'icmp4':
      return IntervalSet.of(8, 1);
    case 'icmp6':
      return IntervalSet.of(8, 58);
    default:
      return undefined;
  }
}
