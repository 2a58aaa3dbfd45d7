/** `raw`: every packet, as it is on the wire but for reassembly, before it is tracked. The place of `notrack`. */
import type { Journey } from './journey.ts';
import { firstDecision } from './rules.ts';
import { judgementOfRule, type Judgement } from './verdicts.ts';

export function raw(journey: Journey): Judgement {
  journey.block = 'raw';
  journey.seesWire = true;
  return judgementOfRule(firstDecision(journey.policy.raw?.body ?? [], journey));
}
