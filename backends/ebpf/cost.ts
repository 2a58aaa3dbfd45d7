/**
 * By which plans are chosen for XDP and sk_lookup; no measured times. Lists stay lists: all rules are found at once, by a lookup in
 * each field and an AND of bit vectors, so one more rule costs a packet next to nothing, however large the sets in it are. What a
 * plan of another kind would do comes on top.
 */
import type { Prices } from '../../compiler/cost/prices.ts';

export const prices: Prices = {
  tellTime: false,
  rule: 0,
  match: 0,
  reach: () => 0,
  chain: () => 1,
  hash: () => 0,
  interval: () => 0,
  concatenatedInterval: () => 0,
};

/**
 * Nanoseconds of the steps by which the program finds rules (search.ts), as test/bench/xdp-predictions.bench.ts drew them from frames
 * of lists of 1,000 rules and of prefixes (Linux 6.18, Sapphire Rapids), whose tables the caches hold.
 */
export const TIMES = {
  /** What every frame takes: its headers are read. */
  frame: 8,
  absent: 1.5,
  direct: 1.5,
  ranges: 2,
  halving: 1.2,
  wide: 4,
  wideHalving: 6,
  blocks: 2,
  blockHalving: 1.4,
  /** A word of the rows, and what each field adds to it. */
  word: 1.1,
  wordOfField: 0.8,
  /** What the rule that is met says is done. */
  met: 0.5,
} as const;

/**
 * The same at sk_lookup, which is told addresses and ports, and reads no headers; as test/bench/dispatch-predictions.bench.ts drew them.
 * About half of what a lookup takes is what the rule that is met says: its counter, and the socket that gets the packet.
 */
export const LOOKUP_TIMES: StepTimes = { ...TIMES, frame: 4, halving: 1, blockHalving: 2.1, wordOfField: 1.1, met: 46 };

export type StepTimes = Readonly<Record<keyof typeof TIMES, number>>;
