/**
 * By which plans are chosen for XDP and sk_lookup; no measured times. Lists stay lists: all rules are found at once, by a lookup in
 * each field and an AND of bit vectors, so one more rule costs a packet next to nothing, and a lookup of its own would only come on
 * top.
 */
import type { Prices } from '../../compiler/cost/prices.ts';

export const prices: Prices = {
  tellTime: false,
  rule: 0,
  match: 0,
  reach: () => 0,
  chain: () => 20,
  hash: () => 20,
  interval: () => 40,
  concatenatedInterval: () => 60,
};
