/** The best candidate so far of ranked searches, in bits of the packet's mark: see ranked.ts. */
import type { RankCodes } from '../../../compiler/6-plan/rank-codes.ts';
import { hex } from './matches.ts';

/** A search at work, and where its candidates are kept. */
export interface Search {
  readonly codes: RankCodes;
  /** Bits of the mark that hold the code of the best candidate so far, spread over them in order. */
  readonly mask: number;
  /** What it finds is the first candidate of all, and ends it: no other search was asked before, and nothing comes behind. */
  readonly isFirst: boolean;
}

/** The statement that forgets the candidate. */
export const clear = (mask: number): string => `meta mark set meta mark & ${hex(~mask)}`;

/** What stands before a decision that a search makes at once: worse candidates are forgotten. */
export function forgetCandidates(search: Search | undefined, final: readonly string[]): string[] {
  if (!search || search.isFirst || isDrop(final)) return [];
  return [clear(search.mask)];
}

/** A packet that is dropped takes its mark with it. */
export const isDrop = (final: readonly string[]): boolean => final.length === 1 && final[0] === 'drop';

/** The bits of `code` put one by one into those of `mask`, from the lowest on: order is kept. */
export function spread(code: number, mask: number): number {
  let result = 0;
  let rest = code;
  for (let bit = 0; bit < 32 && rest > 0; bit++) {
    if (((mask >>> bit) & 1) === 0) continue;
    if (rest & 1) result |= 1 << bit;
    rest >>>= 1;
  }
  return result >>> 0;
}
