/**
 * What the steps of a plan cost in nftables: nanoseconds of a packet through a forward hook above those of an empty chain.
 * Drawn by hand through what `test/bench/prices.bench.ts` measured (nft 1.0.6, Linux 6.18, Sapphire Rapids) in two runs beside
 * other work, which scatter widely: each figure was taken relative to a refused rule in the same run, and that as the 4.5 ns
 * that it takes on a quiet machine. They order plans; as times of packets they are rough.
 */
import type { Prices } from '../../compiler/cost/prices.ts';

/** Reaching one of so many things of some hundred bytes each, in no order: past 10,000, most are in no cache of the core. */
const reach = (things: number): number => 100 * Math.sqrt(Math.min(1, things / 10_000));

export const prices: Prices = {
  tellTime: true,
  rule: 4.5,
  match: 4,
  reach,
  // The chain, and its rules.
  chain: (copies) => 8 + reach(copies),
  // A table of buckets.
  hash: (elements, copies) => 14 + 0.6 * reach(elements * copies) + elements / 600,
  // A red-black tree, a step for each doubling; the upper ones are in the caches.
  interval: (intervals, copies) => 12 + 9 * Math.log2(Math.max(1, intervals)) + 0.3 * reach(intervals * copies),
  // Pipapo: bitmaps of all elements, field by field.
  concatenatedInterval: (elements, copies) => 45 + elements / 18 + 0.5 * reach(elements * copies),
};
