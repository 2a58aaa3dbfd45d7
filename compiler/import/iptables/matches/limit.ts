/** `-m limit`: one bucket for the rule. */
import { VALUE, type Extension } from '../options.ts';
import { readRate } from './rates.ts';

const DEFAULT_BURST = 5;

/**
 * A burst that takes longer to refill, in seconds, runs over in the kernel's 32 bits, and lets fewer packets through than
 * it says (user2credits of xt_limit.c: 32,000 credits a second where the clock ticks 250 or 1,000 times in one).
 */
const LONGEST_REFILL = 2 ** 32 / 32_000;
const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

export const limit: Extension = {
  name: 'limit',
  options: { limit: VALUE, 'limit-burst': VALUE },
  translate(options, rule) {
    const rate = readRate(options.value('limit') ?? '3/hour');
    if (rate === undefined) return rule.unknown(`\`${options.value('limit')}\` is no rate`);
    const burst = options.number('limit-burst') ?? DEFAULT_BURST;
    const [amount = '', period = ''] = rate.split('/');
    if ((burst * (SECONDS[period] ?? 0)) / Number(amount) > LONGEST_REFILL) {
      return rule.refuse('a burst of more than 37 hours, which the kernel does not count right', 'Lower the burst.');
    }
    // `nat` decides about flows, of which no clause counts the packets.
    if (rule.place.table === 'nat') {
      const over = options.isNegated('limit') ? 'over ' : '';
      return rule.turn(`limit rate ${over}${rate} burst ${burst} packets`, 'a limit of what `nat` translates');
    }
    const sense = options.isNegated('limit') ? 'over' : 'up to';
    rule.gate('limit', `${sense} ${rate}${burst === DEFAULT_BURST ? '' : ` burst ${burst}`}`);
  },
};
