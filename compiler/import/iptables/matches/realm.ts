/** `-m realm`: the realm of the route. */
import { VALUE, type Extension } from '../options.ts';

export const realm: Extension = {
  name: 'realm',
  options: { realm: VALUE },
  translate(options, rule) {
    const number = options.number('realm');
    if (number === undefined) return rule.refuse('a realm by name or under a mask', 'Write its number.');
    rule.opaque(`rt classid ${options.isNegated('realm') ? '!= ' : ''}${number}`, 'the realm of a route');
  },
};
