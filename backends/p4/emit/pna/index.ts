/** PNA, the Portable NIC Architecture, as p4c-dpdk and DPDK's pipeline carry it out. */
import * as templates from '../../templates.gen.ts';
import type { Architecture } from '../architecture.ts';
import { tableChanges } from './changes.ts';
import { CONSOLE } from './console.ts';
import { ruleActionsOf } from './rule-actions.ts';
import { tableFiles } from './table-files.ts';

export const PNA: Architecture = {
  name: 'pna',
  template: templates.pna,
  inputPort: 'input_port',
  startsWithZeros: false,
  tellsFrameLength: false,
  portType: 'PortId_t',
  sendsByTable: true,
  // p4c-dpdk has no counter for an entry of a ternary table.
  counts: 'rule',
  actions: ruleActionsOf,
  entryFiles: tableFiles,
  changes: tableChanges,
  load: ['p4c-dpdk --arch pna -o p4/program.spec p4/program.p4', `${CONSOLE} < p4/entries.cli`],
  makes: ['p4/program.spec'],
  unload: [`${CONSOLE} < p4/clear.cli`],
};
