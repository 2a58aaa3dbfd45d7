/**
 * `filter`. A stateful one decides about flows: once a packet of a flow was let through, its further packets, its replies
 * and errors about it pass without being looked at again. A stateless one, and `each packet` rules, see every packet.
 */
import type { FilterBlock, Rule, RuleItem } from '../model/policy.ts';
import { flowOf, say, type Journey } from './journey.ts';
import { TCP } from './packet/packet.ts';
import { firstDecision } from './rules.ts';
import { DROPPED, judgementOf, judgementOfRule, ON, type Judgement } from './verdicts.ts';

export function filter(journey: Journey, hook: FilterBlock['hook']): Judgement {
  const block = journey.policy.filters[hook];
  // Loopback never enters a filter.
  if (block === undefined || journey.in?.loopback === true || journey.out?.loopback === true) return ON;
  // What the proxy sends is its own, and so are errors about the SYNs that it keeps nothing of.
  if (journey.proxied && journey.isAnswer) return ON;
  journey.block = `filter ${hook}`;
  journey.seesWire = false;
  return block.stateful ? judgeFlow(block, journey) : judgePacket(block, journey);
}

/** Whether the rules of a hook hand the packet to `synproxy`, whatever is known of its flow. */
export function handsToSynproxy(journey: Journey, hook: FilterBlock['hook']): boolean {
  const block = journey.policy.filters[hook];
  if (block === undefined) return false;
  journey.seesWire = false;
  const rules = rulesOf(block);
  const rule = block.stateful
    ? (firstDecision(rules, journey, { asked: ({ eachPacket }) => eachPacket }) ??
      firstDecision(rules, journey, { asked: ({ eachPacket }) => !eachPacket }))
    : firstDecision(rules, journey);
  return rule?.verdict?.kind === 'synproxy';
}

function rulesOf(block: FilterBlock): readonly RuleItem[] {
  return [...block.essential, ...block.body];
}

function judgePacket(block: FilterBlock, journey: Journey): Judgement {
  return decided(firstDecision(rulesOf(block), journey), block, journey);
}

function judgeFlow(block: FilterBlock, journey: Journey): Judgement {
  const ofPackets = firstDecision(rulesOf(block), journey, { asked: ({ eachPacket }) => eachPacket });
  if (ofPackets !== undefined) return judgementOfRule(ofPackets);
  if (isLetThrough(journey)) {
    say(journey, undefined, 'allow with its flow');
    return ON;
  }
  if (isInvalid(block, journey) && block.invalid === 'drop') {
    const proxied = proxiedAnswer(block, journey);
    if (proxied !== undefined) return proxied;
    say(journey, block.origin, 'drop as invalid');
    return DROPPED;
  }
  // What belongs to no flow is judged by itself.
  journey.aboutFlow = flowOf(journey) !== undefined;
  const rule = firstDecision(rulesOf(block), journey, { asked: ({ eachPacket }) => !eachPacket });
  journey.aboutFlow = false;
  return decided(rule, block, journey);
}

/** A packet of its flow was let through before, or it speaks of such a flow. */
function isLetThrough(journey: Journey): boolean {
  const { tracking } = journey;
  return tracking.kind === 'related' || (tracking.kind === 'flow' && !tracking.isNew);
}

/** What a client sends after a SYN that `synproxy` answered belongs to no flow yet, and is synproxy's all the same. */
function proxiedAnswer(block: FilterBlock, journey: Journey): Judgement | undefined {
  if (journey.packet.protocol !== TCP) return undefined;
  const rule = firstDecision(rulesOf(block), journey, { asked: ({ verdict }) => verdict?.kind === 'synproxy' });
  return rule === undefined ? undefined : judgementOfRule(rule);
}

/** A TCP flow that begins in its middle is one only for filters with `pickup`. */
function isInvalid(block: FilterBlock, journey: Journey): boolean {
  if (journey.tracking.kind === 'invalid') return true;
  return journey.tracking.kind === 'flow' && journey.tracking.flow.pickedUp && !block.pickup;
}

function decided(rule: Rule | undefined, block: FilterBlock, journey: Journey): Judgement {
  if (rule !== undefined) return judgementOfRule(rule);
  say(journey, block.origin, `${block.default.kind} by default`);
  return judgementOf(block.default);
}
