/** v1model, the architecture of BMv2's simple_switch. */
import * as templates from '../../templates.gen.ts';
import type { Architecture } from '../architecture.ts';
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
};
