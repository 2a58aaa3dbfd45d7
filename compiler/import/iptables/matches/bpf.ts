/** `-m bpf`: a program of BPF. */
import { VALUE, type Extension } from '../options.ts';

export const bpf: Extension = {
  name: 'bpf',
  options: {
    bytecode: VALUE,
    'object-pinned': VALUE,
  },
  translate: (_, rule) => rule.onlyIptables('a program of BPF', 'Say what it asks in other matches.'),
};
