/** Which stateless filters a NIC can ask: those whose rules see packets as they come in, and before which nothing would have an effect. */
import type { Family, Stage } from '../../compiler/4-program/program.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { needsTracking } from '../../compiler/semantics/needs.ts';
import { changesUnseen, manglesBefore } from './unseen-changes.ts';

export type FilterId = 'filter input' | 'filter forward';

export function isFilter(stage: Stage): stage is Stage & { readonly id: FilterId } {
  return stage.id === 'filter input' || stage.id === 'filter forward';
}

/** Why a NIC asks nothing of the filter about packets of a family, in words for people; undefined: it can ask it. */
export function whyFilterUp(id: FilterId, policy: Policy, family: Family): string | undefined {
  const before = blockBefore(id, policy);
  if (before !== undefined) return `\`${before}\` comes before it, which is the host's`;
  return needsTracking(policy, family) ? 'a part of the policy is about flows, which a NIC does not know' : undefined;
}

/** A block between `mitigate` and the filter that might change a packet or count it. */
function blockBefore(id: FilterId, policy: Policy): string | undefined {
  if (policy.shapes.some(({ direction }) => direction === 'ingress')) return 'shape … ingress';
  if (policy.balances.length > 0) return 'balance';
  if (policy.raw) return 'raw';
  if (policy.nat) return 'nat';
  const seen = manglesBefore(id, policy).find((block) => !changesUnseen(block));
  return seen && `mangle ${seen.hook}`;
}
