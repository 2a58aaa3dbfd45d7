/** `balance` blocks as stages: how a packet finds its backend. */
import { backendsIn } from '../model/pool.ts';
import type { Balance } from '../model/index.ts';
import { stepInWords, type ExplainedStage, type ExplainedStep } from './explained.ts';
import { PolicyLineSets } from './policy-lines.ts';

const WAYS: Readonly<Record<Balance['forward'], string>> = {
  ipip: 'in an outer header of IP',
  gre: 'in an outer header of IP and GRE',
  gue: 'in an outer header of IP and UDP',
  direct: "to the backend's link address",
  dnat: 'with the backend as its destination',
};

export function explainBalance(balance: Balance): ExplainedStage {
  const { name, hashOn, fragmentsOn, tableSize, forward, origin, rememberFlows, localFirst } = balance;
  const lines = new PolicyLineSets().ofOrigins([origin]);
  const what = hashOn === 'source' ? 'source' : 'both addresses, both ports, protocol';
  const step = (title: string, lookup?: string): ExplainedStep => stepInWords(title, lookup, lines);
  return {
    name: `balance ${name}`,
    before: [],
    default: undefined,
    expense: undefined,
    steps: [
      ...(localFirst ? [step('what a socket of this host takes stays', 'sockets')] : []),
      ...(rememberFlows === undefined
        ? []
        : [step('the backend that the flow had', `memory of ${rememberFlows} flows`)]),
      step(`a hash of ${what}`, `Maglev, ${tableSize} entries`),
      // Where the kernel tracks flows, it has put fragments together before.
      ...(forward === 'dnat' ? [] : [step(`of fragments: of ${fragmentsOn.join(', ')}`)]),
      step(`sent ${WAYS[forward]}`, `${backendsIn(balance).length} backends`),
    ],
    alternatives: [],
  };
}
