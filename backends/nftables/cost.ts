/**
 * What the steps of a plan cost in nftables: nanoseconds of a packet through a forward hook above those of an empty chain.
 * The constants were drawn by hand through what `test/bench/prices.bench.ts` measured (nft 1.0.6, Linux 6.18, Sapphire Rapids) in two
 * runs beside other work, which scatter widely: each figure was taken relative to a refused rule in the same run, and that as the
 * 4.5 ns that it takes on a quiet machine. Two were drawn later, each from one run of `sluice calibrate`: what a byte of a key of several
 * fields adds, and what a chain takes that the processor cannot foresee. They order plans; as times of packets they are rough.
 * `sluice calibrate` measures those of the machine at hand.
 */
import type { Constants, Prices } from '../../compiler/cost/prices.ts';

/** Nanoseconds. Prices are sums of multiples of them, so that measured prices tell them (compiler/cost/fit.ts). */
export const CONSTANTS = {
  /** A rule that its first match refuses. */
  rule: 4.5,
  /** Each further match, and each statement. */
  match: 4,
  /** Entering a chain and coming back. */
  chain: 8,
  /** What entering one of several takes longer, where the packet says which: the processor could not foresee what comes next. */
  unforeseenChain: 19,
  /** Reaching one of 10,000 things or more of some hundred bytes each, in no order: most are then in no cache of the core. */
  reach: 100,
  /** A lookup in a table of buckets, and what an element more adds to it. */
  hash: 14,
  hashElement: 1 / 600,
  /** One in a red-black tree, and a step for each doubling; the upper ones are in the caches. */
  interval: 12,
  intervalStep: 9,
  /** One in pipapo, which has bitmaps of all elements; for each byte of the key it fetches one; and what an element more adds. */
  concatenated: 24,
  concatenatedByte: 2.6,
  concatenatedElement: 1 / 18,
} as const satisfies Constants;

export function pricesOf(constants: Constants): Prices {
  const of = (name: keyof typeof CONSTANTS) => constants[name] ?? CONSTANTS[name];
  const reach = (things: number): number => of('reach') * Math.sqrt(Math.min(1, things / 10_000));
  return {
    tellTime: true,
    rule: of('rule'),
    match: of('match'),
    reach,
    // The chain, and its rules.
    chain: (copies) => of('chain') + (copies > 1 ? of('unforeseenChain') : 0) + reach(copies),
    hash: (elements, copies) => of('hash') + 0.6 * reach(elements * copies) + elements * of('hashElement'),
    interval: (intervals, copies) =>
      of('interval') + of('intervalStep') * Math.log2(Math.max(1, intervals)) + 0.3 * reach(intervals * copies),
    concatenatedInterval: (elements, copies, bytes) =>
      of('concatenated') +
      bytes * of('concatenatedByte') +
      elements * of('concatenatedElement') +
      0.5 * reach(elements * copies),
  };
}

export const prices: Prices = pricesOf(CONSTANTS);
