/** `-m limit`: one bucket for the rule. */
import { VALUE, type Extension } from '../options.ts';
import { readRate } from './rates.ts';

const DEFAULT_BURST = 5;

export const limit: Extension = {
  name: 'limit',
  options: { limit: VALUE, 'limit-burst': VALUE },
  translate(options, rule) {
    const rate = readRate(options.value('limit') ?? '3/hour');
    if (rate === undefined) return rule.unknown(`\`${options.value('limit')}\` is no rate`);
    const burst = options.number('limit-burst') ?? DEFAULT_BURST;
    const sense = options.isNegated('limit') ? 'over' : 'up to';
    rule.gate('limit', `${sense} ${rate}${burst === DEFAULT_BURST ? '' : ` burst ${burst}`}`);
  },
};
