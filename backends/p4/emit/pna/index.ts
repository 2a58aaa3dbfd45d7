/** PNA, the Portable NIC Architecture, as p4c-dpdk carries it out. */
import * as templates from '../../templates.gen.ts';
import type { Architecture } from '../architecture.ts';
import { ruleActionsOf } from './rule-actions.ts';

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
};
