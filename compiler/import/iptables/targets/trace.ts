/** `-j TRACE`: the packet's way is told to those who debug. */
import type { Extension } from '../options.ts';

export const trace: Extension = {
  name: 'TRACE',
  options: {},
  translate: (_, rule) => rule.leaveOut('TRACE is left out', 'It only helps to debug; packets take the same way.'),
};
