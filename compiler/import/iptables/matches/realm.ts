/** `-m realm`: the realm of the route. */
import { VALUE, type Extension } from '../options.ts';
import { hex, isWhole, parseMark } from './marks.ts';

export const realm: Extension = {
  name: 'realm',
  options: { realm: VALUE },
  translate(options, rule) {
    const masked = parseMark(options.value('realm') ?? '');
    if (!masked) return rule.onlyIptables('a realm by name', 'Write its number.');
    const left = isWhole(masked.mask) ? 'rt classid' : `rt classid & ${hex(masked.mask)}`;
    rule.opaque(`${left} ${options.isNegated('realm') ? '!=' : '=='} ${masked.value}`, 'the realm of a route');
  },
};
