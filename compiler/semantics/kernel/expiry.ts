/** Which flows are still known: each is forgotten some time after its last packet. */
import { flowWithTuple, type Flow, type FoundFlow, type Tuple } from '../flows.ts';
import type { Journey } from '../journey.ts';

/** The kernel's clock is not ours: so close to a flow's end, in milliseconds, both answers are allowed. */
const CLOCK_SLACK = 1000;

function isRemembered(journey: Journey, flow: Flow): boolean {
  const left = flow.expires - journey.now;
  return Math.abs(left) <= CLOCK_SLACK ? journey.choices.eitherOnce(flow) : left > 0;
}

/** The flow that a tuple belongs to now. */
export function findFlow(journey: Journey, tuple: Tuple): FoundFlow | undefined {
  const found = flowWithTuple(journey.state, tuple);
  return found !== undefined && isRemembered(journey, found.flow) ? found : undefined;
}

/** The flow of this number, if it is still known. */
export function flowNumbered(journey: Journey, id: number): Flow | undefined {
  const flow = journey.state.flows.get(id);
  return flow !== undefined && isRemembered(journey, flow) ? flow : undefined;
}
