/** Which flows are still known: each is forgotten some time after its last packet. */
import { CLOCK_SLACK } from '../choices.ts';
import { flowWithTuple, type Flow, type FoundFlow, type Tuple } from '../flows.ts';
import type { Journey } from '../journey.ts';

function isRemembered(journey: Journey, flow: Flow): boolean {
  const { earliest, latest } = flow.expires;
  if (journey.now < earliest - CLOCK_SLACK) return true;
  return journey.now <= latest + CLOCK_SLACK && journey.choices.byClock(flow);
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
