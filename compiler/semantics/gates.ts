/** Clauses that keep state or draw lots: asked last, in the order written, of packets that meet all else. */
import type { Gate } from '../model/condition.ts';
import { connectionsHold } from './connections.ts';
import type { Journey } from './journey.ts';
import { rateHolds } from './limits.ts';

/** Whether all gates are open. A gate behind a closed one is not asked, and so not charged. */
export function gatesOpen(gates: readonly Gate[], journey: Journey): boolean {
  return gates.every((gate) => gateHolds(gate, journey));
}

function gateHolds(gate: Gate, journey: Journey): boolean {
  switch (gate.kind) {
    case 'rate':
      return rateHolds(gate, journey);
    case 'connections':
      return connectionsHold(gate, journey);
    case 'sample':
      if (gate.one >= gate.of) return true;
      return gate.one > 0 && journey.choices.either();
    default:
      return gate satisfies never;
  }
}
