/** `-j NFQUEUE`: a program decides. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const nfqueue: Extension = {
  name: 'NFQUEUE',
  options: { 'queue-num': VALUE, 'queue-balance': VALUE, 'queue-bypass': FLAG, 'queue-cpu-fanout': FLAG },
  translate(options, rule) {
    const range = options.value('queue-balance')?.replace(':', '-') ?? options.value('queue-num') ?? '0';
    const flags = [
      ...(options.has('queue-bypass') ? ['bypass'] : []),
      ...(options.has('queue-cpu-fanout') ? ['fanout'] : []),
    ].join(',');
    rule.opaqueEffect(`queue ${flags === '' ? '' : `flags ${flags} `}to ${range}`, 'that a program decides');
  },
};
