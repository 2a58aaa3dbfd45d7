/** `-m rateest`: measured rates. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const rateest: Extension = {
  name: 'rateest',
  options: {
    'rateest-delta': FLAG,
    'rateest-lt': FLAG,
    'rateest-gt': FLAG,
    'rateest-eq': FLAG,
    rateest: VALUE,
    rateest1: VALUE,
    rateest2: VALUE,
    'rateest-bps': VALUE,
    'rateest-pps': VALUE,
    'rateest-bps1': VALUE,
    'rateest-bps2': VALUE,
    'rateest-pps1': VALUE,
    'rateest-pps2': VALUE,
  },
  translate: (_, rule) => rule.refuse('rates that `-j RATEEST` has measured', 'Limit rates: `-m hashlimit`.'),
};
