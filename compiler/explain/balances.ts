/** `balance` blocks as stages: how a packet finds its backend. */
import { backendsIn } from '../model/pool.ts';
import type { Balance } from '../model/index.ts';
import type { ExplainedStage } from './explained.ts';
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
  const step = {
    kind: 'other',
    expense: undefined,
    share: undefined,
    rule: undefined,
    lines,
    steps: [],
    shared: undefined,
  } as const;
  // Where the kernel tracks flows, it has put fragments together before.
  const ofFragments =
    forward === 'dnat' ? [] : [{ ...step, title: `of fragments: of ${fragmentsOn.join(', ')}`, lookup: undefined }];
  return {
    name: `balance ${name}`,
    before: [],
    default: undefined,
    expense: undefined,
    steps: [
      ...(localFirst ? [{ ...step, title: 'what a socket of this host takes stays', lookup: 'sockets' }] : []),
      ...(rememberFlows === undefined
        ? []
        : [{ ...step, title: 'the backend that the flow had', lookup: `memory of ${rememberFlows} flows` }]),
      { ...step, title: `a hash of ${what}`, lookup: `Maglev, ${tableSize} entries` },
      ...ofFragments,
      { ...step, title: `sent ${WAYS[forward]}`, lookup: `${backendsIn(balance).length} backends` },
    ],
    alternatives: [],
  };
}
