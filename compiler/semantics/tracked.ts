/** Changes to the flow that the packet at hand belongs to. */
import { withFlow, type Flow } from './flows.ts';
import type { Journey } from './journey.ts';

/** Puts other facts in place of the flow's. A new flow is not in the state before its packet is let through. */
export function replaceFlow(journey: Journey, flow: Flow): void {
  const { tracking } = journey;
  if (tracking.kind !== 'flow' && tracking.kind !== 'related') return;
  journey.tracking = { ...tracking, flow };
  if (journey.state.flows.has(flow.id)) journey.state = withFlow(journey.state, flow);
}
