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
