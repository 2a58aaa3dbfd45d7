/**
 * What the steps of a plan cost in nftables: nanoseconds of a packet through a forward hook above those of an empty chain.
 * Estimates: rules and hash tables from packets through lists and sets of 10,000 and of a million (nft 1.0.6, Linux 6.18), the
 * rest drawn through them. They order plans; nothing here is calibrated on the machine at hand.
 */
import type { Prices } from '../../compiler/cost/prices.ts';

export const prices: Prices = {
  rule: 4.5,
  match: 3,
  chain: 5,
  // A table of buckets; large ones do not stay in the cache.
  hash: (elements) => 35 + 2.5 * Math.log2(Math.max(1, elements)),
  // A red-black tree, a step for each doubling.
  interval: (intervals) => 20 + 12 * Math.log2(Math.max(1, intervals)),
  // Pipapo.
  concatenatedInterval: (elements) => 80 + 10 * Math.log2(Math.max(1, elements)),
};
