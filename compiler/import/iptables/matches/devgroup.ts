/** `-m devgroup`: the group of an interface. */
import { VALUE, type Extension } from '../options.ts';
import { hex, isWhole, parseMark } from './marks.ts';

export const devgroup: Extension = {
  name: 'devgroup',
  options: { 'src-group': VALUE, 'dst-group': VALUE },
  translate(options, rule) {
    for (const [option, key] of [
      ['src-group', 'iifgroup'],
      ['dst-group', 'oifgroup'],
    ] as const) {
      const word = options.value(option);
      if (word === undefined) continue;
      const group = parseMark(word);
      if (!group) {
        rule.onlyIptables(`the group \`${word}\``, 'Write its number.');
        continue;
      }
      const left = isWhole(group.mask) ? `meta ${key}` : `meta ${key} & ${hex(group.mask)}`;
      rule.opaque(`${left} ${options.isNegated(option) ? '!=' : '=='} ${group.value}`, 'the group of an interface');
    }
  },
};
