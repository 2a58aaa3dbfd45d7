/** `-m connmark`: the flow's mark. */
import { VALUE, type Extension } from '../options.ts';
import { hex, isWhole, parseMark } from './marks.ts';

export const connmark: Extension = {
  name: 'connmark',
  options: { mark: VALUE },
  translate(options, rule) {
    const word = options.value('mark');
    if (word === undefined) return;
    const parsed = parseMark(word);
    if (!parsed) return rule.unknown(`\`${word}\` is no mark`);
    const operator = options.isNegated('mark') ? '!=' : '==';
    const left = isWhole(parsed.mask) ? 'ct mark' : `ct mark & ${hex(parsed.mask)}`;
    rule.opaque(`${left} ${operator} ${hex(parsed.value)}`, "a flow's mark");
  },
};
