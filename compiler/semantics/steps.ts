/** A step on a packet's way: it may end there, or go on. */
import type { RejectReason, Verdict } from '../model/policy.ts';
import type { Fate } from './fate.ts';
import type { Journey } from './journey.ts';
import type { IcmpError } from './kernel/icmp-errors.ts';
import type { Judgement } from './verdicts.ts';

/** The end of a way, or what is to be answered there. */
export type End =
  | Fate
  | { readonly kind: 'refused by policy'; readonly reason: RejectReason | undefined }
  | { readonly kind: 'refused by host'; readonly error: IcmpError }
  | { readonly kind: 'to be proxied'; readonly verdict: Extract<Verdict, { readonly kind: 'synproxy' }> };

/** Undefined: the packet goes on. */
export type Step = (journey: Journey) => End | undefined;

export function gone(why: string): Fate {
  return { kind: 'gone', by: 'host', why };
}

/** A block of the policy as a step. */
export function judged(block: (journey: Journey) => Judgement): Step {
  return (journey) => {
    const judgement = block(journey);
    switch (judgement.kind) {
      case 'on':
        return undefined;
      case 'dropped':
        return { kind: 'gone', by: 'policy', why: journey.block };
      case 'rejected':
        return { kind: 'refused by policy', reason: judgement.reason };
      case 'synproxy':
        return { kind: 'to be proxied', verdict: judgement.verdict };
      default:
        return judgement satisfies never;
    }
  };
}

/** A block that lets every packet on, as a step. */
export function passing(block: (journey: Journey) => void): Step {
  return (journey) => {
    block(journey);
    return undefined;
  };
}
