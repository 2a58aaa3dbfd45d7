/** v1model, the architecture of BMv2's simple_switch. */
import * as templates from '../../templates.gen.ts';
import type { Architecture } from '../architecture.ts';
import { clearingText, entriesText } from './commands.ts';
import { ruleActionsOf } from './rule-actions.ts';

export const V1MODEL: Architecture = {
  name: 'v1model',
  template: templates.v1model,
  inputPort: 'ingress_port',
  startsWithZeros: true,
  tellsFrameLength: true,
  portType: undefined,
  sendsByTable: false,
  counts: 'entry',
  actions: ruleActionsOf,
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
