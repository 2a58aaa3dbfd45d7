/** `-j RATEEST`: rates that are measured. */
import { VALUE, type Extension } from '../options.ts';

export const rateest: Extension = {
  name: 'RATEEST',
  options: { 'rateest-name': VALUE, 'rateest-interval': VALUE, 'rateest-ewmalog': VALUE },
  translate: (_, rule) => rule.refuse('a rate that is measured', 'Count packets: `count as NAME`.'),
};
