/** `-m mark`: the packet's mark. */
import { VALUE, type Extension } from '../options.ts';
import { markItem, parseMark } from './marks.ts';

export const mark: Extension = {
  name: 'mark',
  options: { mark: VALUE },
  prepare(options, { handOver }) {
    handOver.use(parseMark(options.value('mark') ?? '')?.mask ?? 0);
  },
  translate(options, rule) {
    const word = options.value('mark');
    if (word === undefined) return;
    const parsed = parseMark(word);
    if (!parsed) return rule.unknown(`\`${word}\` is no mark`);
    // A bit outside the mask is never seen: the match never holds.
    if ((parsed.value & ~parsed.mask) !== 0) {
      return options.isNegated('mark') ? undefined : rule.never();
    }
    rule.match('mark', [markItem(parsed)], options.isNegated('mark'));
  },
};
