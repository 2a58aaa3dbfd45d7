/** p4c-bm2-ss, simple_switch and simple_switch_CLI. */
import type { Tools } from '../tools.ts';
import { clearingText, entriesText } from './commands.ts';

export const BMV2_TOOLS: Tools = {
  entryFiles: (program) => [
    {
      path: 'entries.txt',
      content: entriesText(program),
      description: "its tables' entries, for simple_switch_CLI",
    },
    { path: 'clear.txt', content: clearingText(program), description: 'empties the tables: all packets go up' },
  ],
  // simple_switch_CLI tells entries by numbers that it gives them itself.
  changes: undefined,
  load: ['p4c-bm2-ss --arch v1model -o p4/program.json p4/program.p4', 'simple_switch_CLI < p4/entries.txt'],
  makes: ['p4/program.json'],
  unload: ['simple_switch_CLI < p4/clear.txt'],
};
