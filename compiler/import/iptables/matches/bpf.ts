/** `-m bpf`: a program of BPF. */
import { VALUE, type Extension } from '../options.ts';

export const bpf: Extension = {
  name: 'bpf',
  options: {
    bytecode: VALUE,
    'object-pinned': VALUE,
  },
  translate: (_, rule) => rule.refuse('a program of BPF', 'Match what the program looks for: ports, flags, types.'),
};
