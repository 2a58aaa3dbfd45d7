/** `-j ULOG`: what NFLOG was before. */
import { VALUE, type Extension } from '../options.ts';
import { quoted } from '../rule-builder.ts';

export const ulog: Extension = {
  name: 'ULOG',
  options: { 'ulog-nlgroup': VALUE, 'ulog-prefix': VALUE, 'ulog-cprange': VALUE, 'ulog-qthreshold': VALUE },
  translate(options, rule) {
    const prefix = options.value('ulog-prefix') ?? '';
    rule.effect(`log${prefix === '' ? '' : ` ${quoted(prefix)}`} group ${options.number('ulog-nlgroup') ?? 1}`);
  },
};
