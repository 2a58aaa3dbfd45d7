/** One rule of the Program as rules of nft, with chains of its own where one line cannot say it. */
import type { Gate } from '../../../compiler/model/index.ts';
import type { Family, ProgramEffect, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { NftChain } from '../tree.ts';
import { protocolsOf, type Conditions } from './conditions.ts';
import type { Context } from './context.ts';
import { decisionStatements } from './decisions.ts';
import { effectStatements, mayBreak, type EffectPlace } from './effects.ts';
import { openingOf } from './gates.ts';
import { conditionsAt } from './row-conditions.ts';
import { RulePath } from './rule-path.ts';
import { forgetCandidates, type Search } from './best-candidate.ts';
import type { RowValues } from './row-values.ts';

export interface RulePlace {
  readonly context: Context;
  readonly stateful: boolean;
  /** The row that a lookup found, if one did. */
  readonly row?: RowValues | undefined;
  /** Protocols that what was tested before leaves; undefined: any. */
  readonly protocols?: IntervalSet | undefined;
  /** The family that what was tested before leaves; undefined: either. */
  readonly family?: Family | undefined;
  /** Nothing will stand behind what is appended to the chain. */
  readonly isTail?: boolean;
  /** The search of `ranked` that is carried out. */
  readonly search?: Search | undefined;
  /** Nothing of this search will stand behind what is appended, though other searches do. */
  readonly endsSearch?: boolean;
}

/** What of a place a chain depends on that is made there, besides the node that it carries out. */
export function placeText({ family, protocols, search }: RulePlace): string {
  return JSON.stringify([family, protocols?.toString(), search && [search.mask, search.isFirst]]);
}

/** Appends what carries out `rule` to `chain`. `before` are matches that stand first (a lookup's guard and key). */
export function lowerRule(rule: ProgramRule, chain: NftChain, place: RulePlace, before: readonly string[] = []): void {
  lowerConditionally(rule, chain, place, before, (line) => finalStatements(rule, place, line));
}

/**
 * Appends a rule with what ends it, which need not be its own decision. `final` is told what stands before it in the line.
 */
export function lowerConditionally(
  rule: ProgramRule,
  chain: NftChain,
  place: RulePlace,
  before: readonly string[],
  final: (line: readonly string[]) => readonly string[],
): void {
  const path = new RulePath(place.context, rule, chain);
  path.add(...before);
  const conditions = conditionsAt(rule.atoms, rule, place);
  pass(path, conditions, rule.gates, rule, place);
  const { effects } = rule;
  // Where an effect's line may break off, or is not for every packet, each effect has a line of its own.
  if (!effects.every((_, at) => isInline(rule, at, place))) {
    if (path.chain === chain) path.enter('');
    else if (path.gathered.length > 0) path.enter('passed');
    for (const effect of effects) lowerEffect(effect, rule, path.chain, place);
    path.finish(...final([]));
    return;
  }
  for (const { effect } of effects) path.add(...effectStatements(effect, effectPlace(rule, place)));
  path.finish(...final(path.gathered));
}

/** Leads the path past conditions, and then past gates: they are asked of packets that meet all else. */
function pass(
  path: RulePath,
  { matches, exclusions, last }: Conditions,
  gates: readonly Gate[],
  rule: ProgramRule,
  place: RulePlace,
): void {
  path.add(...matches);
  path.exclude(exclusions);
  path.add(...last);
  const { context, row, stateful } = place;
  const { family, origin } = rule;
  for (const gate of gates) {
    const opening = openingOf(gate, {
      context,
      family,
      origin,
      stateful,
      row,
      protocols: protocolsOf(rule.atoms, place.protocols),
    });
    if (opening.kind === 'statements') path.add(...opening.statements);
    else path.meet(opening.name, opening.lead);
  }
}

/** Whether an effect can stand in the rule's own line: it is always done, and breaks off nothing that follows. */
function isInline(rule: ProgramRule, at: number, place: RulePlace): boolean {
  const { gates, when, effect } = rule.effects[at]!;
  const isLast = at === rule.effects.length - 1 && !rule.decision;
  const isUnconditional = gates.length === 0 && when.length === 1 && when[0]!.length === 0;
  return isUnconditional && (isLast || !mayBreak(effect, effectPlace(rule, place)));
}

function lowerEffect(effect: ProgramEffect, rule: ProgramRule, chain: NftChain, place: RulePlace): void {
  const alone: ProgramRule = { ...rule, decision: undefined };
  for (const atoms of effect.when) {
    const path = new RulePath(place.context, alone, chain);
    pass(path, conditionsAt(atoms, rule, place), effect.gates, { ...alone, atoms }, place);
    path.finish(...effectStatements(effect.effect, effectPlace(rule, place)));
  }
}

function effectPlace(rule: ProgramRule, { context, stateful, row, protocols: known }: RulePlace): EffectPlace {
  const protocols = protocolsOf(rule.atoms, known);
  return { context, family: rule.family, origin: rule.origin, stateful: stateful && !rule.eachPacket, row, protocols };
}

/** A match by which nft knows the transport protocol of all that follows in the line. */
const TRANSPORT_MATCH = /^(meta l4proto (?!\.)|(tcp|udp|dccp|sctp|udplite) )/;

function finalStatements(rule: ProgramRule, place: RulePlace, line: readonly string[]): string[] {
  const { context, row, protocols } = place;
  if (!rule.decision) return [];
  const { family, origin, atoms } = rule;
  const final = decisionStatements(rule.decision, {
    context,
    family,
    origin,
    protocols: protocolsOf(atoms, protocols),
    saysTransport: line.some((match) => TRANSPORT_MATCH.test(match)),
    row,
  });
  return [...forgetCandidates(place.search, final), ...final];
}
