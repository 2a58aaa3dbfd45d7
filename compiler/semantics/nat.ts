/**
 * Address translation. The first packet of a flow decides, for destination and source independently, by the first rule
 * that matches; every later packet, replies and errors included, is translated as its flow was.
 */
import type { Rule, Translation } from '../model/policy.ts';
import { balancedDestination } from './balance.ts';
import { inverted } from './flows.ts';
import { hairpinMatches, turnsBack } from './hairpin.ts';
import { holds } from './condition.ts';
import type { Journey } from './journey.ts';
import { addressToward, primaryAddress } from './kernel/own-address.ts';
import { translatedTuple, type Range, type Side } from './kernel/unique-tuple.ts';
import { needsTranslation } from './needs.ts';
import { TCP } from './packet/packet.ts';
import { firstDecision } from './rules.ts';
import { gone, type Step } from './steps.ts';
import { replaceFlow } from './tracked.ts';
import { rangeAt, rangeOf } from './translation-targets.ts';

const MASQUERADE: Translation = { kind: 'masquerade', ports: undefined, random: false };
const LOOPBACK = { 4: 0x7f000001n, 6: 1n } as const;

/** The first packet of a flow: where does it really go? */
export const settleDestination: Step = (journey) => {
  const { tracking } = journey;
  if (!needsTranslation(journey.policy) || tracking.kind !== 'flow' || !tracking.isNew) return undefined;
  const balanced = balancedDestination(journey);
  if (balanced === 'no backend') return gone('no backend is alive');
  if (balanced !== undefined) {
    settle(journey, rangeAt(balanced, undefined, journey.rows), 'destination');
    return undefined;
  }
  journey.seesWire = false;
  const rule = firstMatching(journey, ['dnat', 'redirect']);
  if (rule?.translation === undefined) return keep(journey, 'destination');
  const range = rangeFor(rule.translation, journey);
  if (range === undefined) return gone('no address to redirect to');
  settle(journey, range, 'destination');
  if (rule.translation.kind === 'dnat' && rule.translation.hairpin) markHairpin(journey);
  return undefined;
};

/** The first packet of a flow: whom does it come from, seen from where it goes? */
export const settleSource: Step = (journey) => {
  const { tracking } = journey;
  if (needsTranslation(journey.policy) && isFirstReset(journey)) return askForReset(journey);
  if (!needsTranslation(journey.policy) || tracking.kind !== 'flow' || !tracking.isNew) return undefined;
  journey.seesWire = false;
  const isHairpin = tracking.flow.hairpin && turnsBack(journey);
  const translation = isHairpin ? MASQUERADE : firstMatching(journey, ['snat', 'masquerade'])?.translation;
  // Nobody can be told from nobody: 0.0.0.0 is not masqueraded. Linux makes no such difference for IPv6.
  const { family, source } = journey.packet;
  const isUnspecified = translation?.kind === 'masquerade' && family === 4 && source === 0n;
  if (translation === undefined || isUnspecified) return keep(journey, 'source');
  const range = rangeFor(translation, journey);
  if (range === undefined) return gone('no address to masquerade as');
  settle(journey, range, 'source');
  return undefined;
};

/** A reset that this host sends in place of letting a flow's first packet on. */
function isFirstReset({ tracking, isAnswer, packet }: Journey): boolean {
  return isAnswer && packet.protocol === TCP && tracking.kind === 'related' && tracking.isNew === true;
}

/**
 * Linux takes such a reset for the first packet of its flow that comes to the source translation (nf_nat_inet_fn,
 * IP_CT_RELATED_REPLY): the rules are asked, and count, but the flow ends here, and the reset itself is no packet of the
 * direction that is translated.
 */
function askForReset(journey: Journey): ReturnType<Step> {
  journey.seesWire = false;
  const rule = firstMatching(journey, ['snat', 'masquerade']);
  const hasTarget = rule?.translation === undefined || rangeFor(rule.translation, journey) !== undefined;
  return hasTarget ? undefined : gone('no address to masquerade as');
}

/** For packets to this host, no rule changes the source; but see `keep`. */
export const keepSourceOfDelivered: Step = (journey) => {
  const { tracking } = journey;
  if (!needsTranslation(journey.policy) || tracking.kind !== 'flow' || !tracking.isNew) return undefined;
  return keep(journey, 'source');
};

/**
 * Also without a rule, no two flows may have the same replies: then the source port changes, or an ICMP query's
 * identifier.
 */
function keep(journey: Journey, side: Side): undefined {
  const { tracking } = journey;
  const outgoing = tracking.kind === 'flow' ? inverted(tracking.flow.reply) : undefined;
  if (outgoing !== undefined) settle(journey, rangeAt(outgoing[side], undefined, journey.rows), side);
}

function firstMatching(journey: Journey, kinds: readonly Translation['kind'][]): Rule | undefined {
  journey.block = 'nat';
  journey.aboutFlow = true;
  const rule = firstDecision(journey.policy.nat?.body ?? [], journey, {
    // A rule with a verdict exempts from both kinds of translation.
    asked: ({ translation, verdict, walk }) =>
      verdict !== undefined ||
      (translation !== undefined && kinds.includes(translation.kind)) ||
      (walk !== undefined && kinds.includes(walk)),
    matches: (candidate) => matches(candidate, journey),
  });
  journey.aboutFlow = false;
  return rule;
}

/** A packet of a family for which the rule has no target does not match it. */
function matches(rule: Rule, journey: Journey): boolean {
  if (!holds(rule.condition, journey) && !hairpinMatches(rule, journey)) return false;
  const { translation } = rule;
  if (translation?.kind !== 'snat' && translation?.kind !== 'dnat') return true;
  return rangeFor(translation, journey) !== undefined;
}

function rangeFor(translation: Translation, journey: Journey): Range | undefined {
  const { family } = journey.packet;
  const source = journey.packet.source ?? 0n;
  const destination = journey.packet.destination ?? 0n;
  const { rows } = journey;
  switch (translation.kind) {
    case 'snat':
      return rangeOf(translation.target, family, source, rows, translation.random);
    case 'dnat':
      return rangeOf(translation.target, family, destination, rows, translation.random);
    case 'masquerade': {
      if (journey.out === undefined) return undefined;
      const own = addressToward(journey.out, family, destination);
      return own === undefined ? undefined : rangeAt(own, translation.ports, rows, translation.random);
    }
    case 'redirect': {
      const own = journey.in === undefined ? LOOPBACK[family] : primaryAddress(journey.in, family, destination);
      return own === undefined ? undefined : rangeAt(own, translation.ports, rows);
    }
    default:
      return translation satisfies never;
  }
}

/** Chooses within the range and notes it in the flow. */
function settle(journey: Journey, range: Range, side: Side): void {
  const { tracking } = journey;
  if (tracking.kind !== 'flow') return;
  const { flow } = tracking;
  const outgoing = inverted(flow.reply);
  if (outgoing === undefined) return;
  const chosen = translatedTuple(journey, flow, outgoing, range, side);
  const reply = inverted(chosen);
  if (reply === undefined) return;
  const changed =
    chosen.source !== outgoing.source ||
    chosen.destination !== outgoing.destination ||
    chosen.sourcePart !== outgoing.sourcePart ||
    chosen.destinationPart !== outgoing.destinationPart;
  replaceFlow(journey, {
    ...flow,
    reply,
    sourceTranslated: flow.sourceTranslated || (changed && side === 'source'),
    destinationTranslated: flow.destinationTranslated || (changed && side === 'destination'),
  });
}

function markHairpin(journey: Journey): void {
  const { tracking } = journey;
  if (tracking.kind === 'flow') replaceFlow(journey, { ...tracking.flow, hairpin: true });
}
