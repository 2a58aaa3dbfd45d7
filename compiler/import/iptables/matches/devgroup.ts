/** `-m devgroup`: the group of an interface. */
import { VALUE, type Extension } from '../options.ts';

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
      if (!/^(0x[\da-fA-F]+|\d+)$/.test(word)) rule.refuse(`the group \`${word}\``, 'Write its number.');
      else rule.opaque(`meta ${key} ${options.isNegated(option) ? '!= ' : ''}${word}`, 'the group of an interface');
    }
  },
};
