/** tc carries out no stage, so no plan is made for it: which class a packet queues in is another plane's part. */
import type { Prices } from '../../compiler/cost/prices.ts';

export const prices: Prices = {
  tellTime: false,
  rule: 0,
  match: 0,
  reach: () => 0,
  chain: () => 0,
  hash: () => 0,
  interval: () => 0,
  concatenatedInterval: () => 0,
};
