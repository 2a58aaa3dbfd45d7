/**
 * `mitigate`: stateless, every frame that comes in by the block's zones, as it is on the wire, fragments included. No
 * verdict: the packet goes on; `allow` ends mitigate only.
 */
import type { Journey } from './journey.ts';
import { firstDecision } from './rules.ts';
import { judgementOfRule, ON, type Judgement } from './verdicts.ts';

export function mitigate(journey: Journey): Judgement {
  journey.block = 'mitigate';
  journey.seesWire = true;
  for (const block of journey.policy.mitigate) {
    const { inZone } = journey;
    if (inZone === undefined || (block.zones !== undefined && !block.zones.some(({ name }) => name === inZone.name))) {
      continue;
    }
    const rule = firstDecision(block.body, journey);
    if (rule !== undefined) return judgementOfRule(rule);
  }
  return ON;
}
