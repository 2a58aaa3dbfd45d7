/** Connection tracking for policies of which no rule that is left asks for a flow. */
import { needsTracking } from '../../../compiler/semantics/needs.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';

/**
 * The kernel tracks packets, and puts fragments together, as soon as some rule asks for a flow. Where a policy speaks of
 * flows in rules only that hold for no packet, one that decides nothing stands for them.
 */
export function lowerTracking(context: Context): void {
  const { policy } = context.program;
  const needs = needsTracking(policy, 4) || needsTracking(policy, 6);
  if (!needs || context.chains.some(asksForFlows)) return;
  const chain = context.chain('tracking', 'tracking', 'the policy speaks of flows: packets are tracked', {
    type: 'filter',
    hook: 'prerouting',
    // Behind the rules of `raw`, before the kernel tracks (NF_IP_PRI_CONNTRACK, -200).
    priority: 'raw + 1',
    devices: [],
    policy: 'accept',
  });
  const remark = 'decides nothing; without it the kernel would not track';
  chain.rules.push({ statements: ['ct state established'], origin: undefined, remark });
}

function asksForFlows({ hook, rules }: NftChain): boolean {
  if (hook?.type === 'nat') return true;
  return rules.some(({ statements }) => statements.some((statement) => /\bct /.test(statement)));
}
