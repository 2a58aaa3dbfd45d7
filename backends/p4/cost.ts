/**
 * By which plans are chosen for P4; no measured times. Lists stay lists: one ternary table asks all rules at once, so one more rule
 * costs a packet nothing, and what it costs is room (lower/encode-rules.ts).
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
