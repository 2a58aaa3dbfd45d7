/** `count`: traffic at the end of its path, whatever was translated; by packets and bytes. */
import type { Journey } from './journey.ts';
import { firstDecision } from './rules.ts';

export function countTraffic(journey: Journey): void {
  journey.block = 'count';
  journey.seesWire = false;
  firstDecision(journey.policy.count?.body ?? [], journey);
}
