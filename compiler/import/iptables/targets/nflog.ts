/** `-j NFLOG`: the packet goes to a group of listeners. */
import { VALUE, type Extension } from '../options.ts';
import { quoted } from '../rule-builder.ts';

export const nflog: Extension = {
  name: 'NFLOG',
  options: {
    'nflog-group': VALUE,
    'nflog-prefix': VALUE,
    'nflog-size': VALUE,
    'nflog-range': VALUE,
    'nflog-threshold': VALUE,
  },
  translate(options, rule) {
    const prefix = options.value('nflog-prefix') ?? '';
    const group = options.number('nflog-group') ?? 0;
    rule.effect(`log${prefix === '' ? '' : ` ${quoted(prefix)}`} group ${group}`);
    const left = ['nflog-size', 'nflog-range', 'nflog-threshold'].filter((detail) => options.has(detail));
    if (left.length > 0) {
      rule.leaveOut(`\`--${left.join('`, `--')}\` is left out`, 'Which packets pass does not change.');
    }
  },
};
