/** Sets of numbers as diagrams over their bits. */
import type { IntervalSet } from '../net/interval-set.ts';

/** Makes the node that asks a bit (0: the most significant), from what lies below for 0 and for 1. */
type MakeNode = (bit: number, low: number, high: number) => number;

const NO = 0;
const YES = 1;

/**
 * The diagram of "the number is in the set": its intervals are halved bit by bit, so it costs about as many steps as they
 * have bits together.
 */
export function intervalDiagram(set: IntervalSet, make: MakeNode): number {
  const { width, stride, lows, highs } = set;
  const bitOf = (words: Uint32Array, index: number, bit: number): number => {
    const place = stride * 32 - width + bit;
    return (words[index * stride + (place >> 5)]! >>> (31 - (place & 31))) & 1;
  };
  /**
   * Intervals `from` to `to` within one block of numbers whose first bits agree. `fromStart`: the first interval began
   * before the block, or with it; `toEnd`: the last one ends behind it, or with it.
   */
  const build = (bit: number, from: number, to: number, fromStart: boolean, toEnd: boolean): number => {
    if (from === to) return NO;
    if (bit === width || (to - from === 1 && fromStart && toEnd)) return YES;
    const upper = firstUpper(bit, from, toEnd ? to - 1 : to);
    if (upper === to) return make(bit, build(bit + 1, from, to, fromStart, false), NO);
    const straddles = (upper === from && fromStart) || bitOf(lows, upper, bit) === 0;
    const low = build(bit + 1, from, straddles ? upper + 1 : upper, fromStart, straddles);
    const high = build(bit + 1, upper, to, straddles, toEnd);
    return make(bit, low, high);
  };
  /** The first interval from `from` on that ends in the upper half, or `to`. */
  const firstUpper = (bit: number, from: number, to: number): number => {
    let [least, most] = [from, to];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (bitOf(highs, middle, bit) === 1) most = middle;
      else least = middle + 1;
    }
    return least;
  };
  return build(0, 0, set.intervalCount, false, false);
}
