/**
 * SYNs that `synproxy` decides about are not tracked: it keeps nothing of them, whatever is known of a flow between the
 * same ends.
 */
import { Choices } from './choices.ts';
import { handsToSynproxy } from './filter.ts';
import { setOut, type Journey } from './journey.ts';
import { routeReceived, trackPacket, translateDestination } from './kernel/steps.ts';
import { settleDestination } from './nat.ts';
import { usesSynproxy } from './needs.ts';
import type { Step } from './steps.ts';
import { isSyn } from './synproxy.ts';

export const exemptProxied: Step = (journey) => {
  if (usesSynproxy(journey.policy) && isSyn(journey.packet) && isProxied(journey)) {
    journey.notrack = true;
    journey.proxied = true;
  }
  return undefined;
};

/** Sends a copy ahead to the filter: nothing that it does is kept. What is translated on the way is tracked first. */
function isProxied(journey: Journey): boolean {
  const copy = { ...journey, choices: new Choices(), spoke: [], logs: [], counted: [] };
  for (const step of [trackPacket, settleDestination, translateDestination, routeReceived]) {
    if (step(copy) !== undefined) return false;
  }
  if (copy.packet.destination !== journey.packet.destination) return false;
  const { destination } = copy;
  if (destination.kind === 'forward') setOut(copy, destination.out);
  const hook = destination.kind === 'forward' ? 'forward' : destination.kind === 'local' ? 'input' : undefined;
  return hook !== undefined && handsToSynproxy(copy, hook);
}
