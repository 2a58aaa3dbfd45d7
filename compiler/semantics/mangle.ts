/** `mangle`: every packet at a hook; rules have effects and no verdicts, so each that matches speaks. */
import type { MangleBlock } from '../model/policy.ts';
import type { Journey } from './journey.ts';
import { firstDecision } from './rules.ts';

export function mangle(journey: Journey, hook: MangleBlock['hook']): void {
  journey.block = `mangle ${hook}`;
  journey.seesWire = hook === 'prerouting';
  firstDecision(journey.policy.mangles[hook]?.body ?? [], journey);
}
