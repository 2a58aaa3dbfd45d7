/** A rule: what it does, and the clauses under which it does it. */
import type { Action, AttachedEffect, Rule as RuleSyntax } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { checkEffect } from '../actions/effects.ts';
import { checkSocket } from '../actions/socket.ts';
import { checkTraffic } from '../actions/traffic.ts';
import { checkVerdict } from '../actions/verdict.ts';
import { NEVER, all, type ClauseContext, type RuleContext } from '../context.ts';
import { oneLine, originOf } from '../origin.ts';
import { EACH_PACKET_HERE, ILLEGAL_ACTION } from '../problems.ts';
import { checkTranslation } from '../translations/index.ts';
import { checkClauses } from './clauses.ts';
import type { Condition, RateGate } from '../../model/condition.ts';
import type { GatedEffect, Rule, Translation, Verdict } from '../../model/policy.ts';

/** Undefined where the rule is wrong, which is reported, or has expired. */
export function checkRule(rule: RuleSyntax, name: string, outer: RuleContext): Rule | undefined {
  const context = contextOf(rule, outer);
  if (!context) return undefined;
  const clauses = checkClauses(rule.clauses, clauseContext(rule.action, name, context), undefined);
  if (clauses?.expired) return undefined;
  // Where a clause is wrong, nothing is known of the packets: no action is refused for packets that it might not get.
  const condition = clauses?.condition ?? NEVER;
  const done = checkAction(rule.action, condition, clauseContext(rule.action, name, context));
  const attached = rule.attached.map((effect, at) =>
    checkAttached(effect, `${name}/${effect.effect.kind}${at > 0 ? `-${at + 1}` : ''}`, condition, context),
  );
  if (!clauses || !done || attached.includes(undefined)) return undefined;
  const effects = [...(done.effects ?? []), ...attached.filter((effect) => effect !== undefined)];
  return {
    kind: 'rule',
    origin: originOf(rule, name, oneLine(rule.span), context),
    eachPacket: rule.eachPacket,
    condition,
    gates: clauses.gates,
    effects,
    verdict: done.verdict,
    translation: done.translation,
    socket: done.socket,
    ...(done.socketLimit && { socketLimit: done.socketLimit }),
    ...(isAlone(done) && context.place?.walk !== undefined && { walk: context.place.walk }),
  };
}

/** Nothing but effects. */
function isAlone({ verdict, translation, socket }: Done): boolean {
  return verdict === undefined && translation === undefined && socket === undefined;
}

/** `each packet` and the direction of a translation decide what may stand in a rule. */
function contextOf(rule: RuleSyntax, outer: RuleContext): RuleContext | undefined {
  const { place } = outer;
  if (rule.eachPacket) {
    if (place && place.kind !== 'filter') {
      report(outer, EACH_PACKET_HERE, rule.span, '`each packet` belongs to stateful filters only', {
        hint: 'Leave the two words out: rules here see every packet anyway, or flows only in `nat`.',
      });
      return undefined;
    }
    return place ? { ...outer, place: { ...place, kind: 'each packet' } } : outer;
  }
  if (place?.kind !== 'dnat' && place?.kind !== 'snat') return outer;
  const { kind } = rule.action;
  if (kind === 'snat' || kind === 'masquerade') return { ...outer, place: { ...place, kind: 'snat' } };
  if (kind === 'dnat' || kind === 'redirect') return { ...outer, place: { ...place, kind: 'dnat' } };
  return outer;
}

function clauseContext(action: Action, name: string, context: RuleContext): ClauseContext {
  const refuses = action.kind === 'drop' || action.kind === 'reject' || action.kind === 'synproxy';
  const { scope, words, findings, definitions, via, session, place, surroundings, rows, groups } = context;
  // Each by its name: V8 takes twenty times as long to add some to a copy of as many as these.
  return {
    scope,
    words,
    findings,
    definitions,
    via,
    session,
    place,
    surroundings,
    rows,
    groups,
    name,
    whenFull: refuses ? 'match' : 'miss',
    mayExpire: action.kind === 'allow',
    negations: [],
    limiters: { count: 0 },
  };
}

function checkAttached(
  attached: AttachedEffect,
  name: string,
  around: Condition,
  context: RuleContext,
): GatedEffect | undefined {
  const clauses = checkClauses(attached.clauses, clauseContext(attached.effect, name, context), around);
  const effect = checkEffect(attached.effect, all([around, clauses?.condition ?? all([])]), context);
  if (!clauses || !effect) return undefined;
  return { effect, condition: clauses.condition, gates: clauses.gates, span: attached.span };
}

interface Done {
  readonly verdict?: Verdict;
  readonly translation?: Translation;
  readonly socket?: string;
  readonly socketLimit?: RateGate;
  readonly effects?: readonly GatedEffect[];
}

function checkAction(action: Action, condition: Condition, context: ClauseContext): Done | undefined {
  switch (action.kind) {
    case 'allow':
    case 'drop':
    case 'reject':
    case 'synproxy':
    case 'leave': {
      const verdict = checkVerdict(action, condition, context);
      return verdict && { verdict };
    }
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect': {
      const translation = checkTranslation(action, condition, context);
      return translation && { translation };
    }
    case 'traffic': {
      const effects = checkTraffic(action, condition, context);
      return effects && { effects };
    }
    case 'socket':
      return checkSocket(action, condition, context);
    default: {
      if (!isAloneLegal(action, context)) return undefined;
      const effect = checkEffect(action, condition, context);
      return effect && { effects: [{ effect, condition: all([]), gates: [], span: action.span }] };
    }
  }
}

/** `nat` has two walks, before and behind routing: an effect of its own says in which it happens by the group it is in. */
function isAloneLegal(effect: Action, context: RuleContext): boolean {
  const { place } = context;
  if ((place?.kind !== 'dnat' && place?.kind !== 'snat') || place.walk !== undefined) return true;
  report(context, ILLEGAL_ACTION, effect.span, 'a rule of `nat` that does not translate', {
    hint:
      'Hang the effect on a translation (`masquerade out uplink and log`), or put it into a group with translations of one ' +
      'kind, or move the rule to `mangle` or `filter`.',
  });
  return false;
}
