/** What a block says of a packet. */
import type { RejectReason, Rule, Verdict } from '../model/policy.ts';

export type Judgement =
  | { readonly kind: 'on' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'rejected'; readonly reason: RejectReason | undefined }
  | { readonly kind: 'synproxy'; readonly verdict: Extract<Verdict, { readonly kind: 'synproxy' }> };

export const ON: Judgement = { kind: 'on' };
export const DROPPED: Judgement = { kind: 'dropped' };

/** `leave` at the top of a block, outside any group, lets the packet on to the block's end. */
export function judgementOf(verdict: Verdict): Judgement {
  switch (verdict.kind) {
    case 'allow':
    case 'leave':
      return ON;
    case 'drop':
      return DROPPED;
    case 'reject':
      return { kind: 'rejected', reason: verdict.reason };
    case 'synproxy':
      return { kind: 'synproxy', verdict };
    default:
      return verdict satisfies never;
  }
}

/** What the rule that decided says; without one the packet goes on. */
export function judgementOfRule(rule: Rule | undefined): Judgement {
  return rule?.verdict === undefined ? ON : judgementOf(rule.verdict);
}
