/** What rules do besides deciding. */
import type { Cell } from '../model/condition.ts';
import type { Effect } from '../model/policy.ts';
import { cellNumber } from '../model/cells.ts';
import { holds } from './condition.ts';
import { count } from './counters.ts';
import { gatesOpen } from './gates.ts';
import { flowOf, type Journey } from './journey.ts';
import { pathSegmentSize } from './kernel/path-mtu.ts';
import { merged } from './marks.ts';
import { forget, memoryKey, remember } from './memory.ts';
import { withDscp, withSegmentSizeAtMost } from './packet/rewrite.ts';
import { replaceFlow } from './tracked.ts';
import type { GatedEffect } from '../model/policy.ts';

/** Runs the effects whose own clauses hold, in order; each sees what the ones before it did. */
export function runEffects(effects: readonly GatedEffect[], journey: Journey): void {
  for (const { effect, condition, gates } of effects) {
    if (holds(condition, journey) && gatesOpen(gates, journey)) runEffect(effect, journey);
  }
}

function runEffect(effect: Effect, journey: Journey): void {
  switch (effect.kind) {
    case 'log': {
      const { prefix, level, group } = effect;
      journey.logs.push({ block: journey.block, prefix, level, group });
      return;
    }
    case 'count':
      return count(journey, effect.counter);
    case 'mark set':
      return setMark(journey, effect.value, effect.mask);
    case 'remember':
    case 'forget': {
      const key = memoryKey(effect.memory, effect.key, journey);
      if (key === undefined) return;
      if (effect.kind === 'remember') remember(journey, effect.memory, key, effect.duration);
      else forget(journey, effect.memory, key);
      return;
    }
    case 'dscp set': {
      const dscp = numberOf(effect.value, journey);
      if (dscp !== undefined) journey.packet = withDscp(journey.packet, dscp);
      return;
    }
    case 'mss': {
      const size = effect.size ?? pathSegmentSize(journey);
      if (size !== undefined) journey.packet = withSegmentSizeAtMost(journey.packet, size);
      return;
    }
    case 'notrack':
      journey.notrack = true;
      return;
    // A helper lets in what its protocol announces; the reference knows none of their protocols.
    case 'helper':
    case 'opaque':
      return;
    default:
      effect satisfies never;
  }
}

function numberOf(value: number | Cell, journey: Journey): number | undefined {
  return typeof value === 'number' ? value : cellNumber(value, journey.rows);
}

/** New mark = (mark and not mask) or value. Rules about a flow mark the flow, and its packet at hand with it. */
function setMark(journey: Journey, value: number | Cell, mask: number): void {
  const bits = numberOf(value, journey);
  if (bits === undefined) return;
  journey.mark = merged(journey.mark, bits, mask);
  const flow = flowOf(journey);
  if (!journey.aboutFlow || flow === undefined) return;
  replaceFlow(journey, {
    ...flow,
    mark: { value: merged(flow.mark.value, bits, mask), mask: (flow.mark.mask | mask) >>> 0 },
  });
}
