/**
 * Sets of one interval of at most 32 bits, to be had again: policies name the same few addresses and ports again and again. The last
 * one for each slot is kept, so many and no more, whether anyone has them or not.
 */
import type { IntervalColumns } from './interval-columns.ts';

const SLOTS = 8192;

export class KeptIntervals<Kept extends IntervalColumns> {
  readonly #kept: (Kept | undefined)[] = Array.from({ length: SLOTS });

  find(width: number, low: number, high: number): Kept | undefined {
    const kept = this.#kept[slotOf(width, low, high)];
    return kept?.width === width && kept.lows[0] === low && kept.highs[0] === high ? kept : undefined;
  }

  keep(one: Kept): Kept {
    this.#kept[slotOf(one.width, one.lows[0]!, one.highs[0]!)] = one;
    return one;
  }
}

function slotOf(width: number, low: number, high: number): number {
  const mixed = Math.imul(low ^ (high << 7) ^ (high >>> 25) ^ width, 0x9e37_79b1);
  return (mixed >>> 19) & (SLOTS - 1);
}
