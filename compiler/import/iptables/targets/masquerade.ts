/** `-j MASQUERADE` */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { portsOf } from './endpoints.ts';

export const masquerade: Extension = {
  name: 'MASQUERADE',
  options: { 'to-ports': VALUE, random: FLAG, 'random-fully': FLAG },
  translate(options, rule) {
    const ports = portsOf(options.value('to-ports'));
    if (ports === undefined) return rule.unknown(`\`${options.value('to-ports')}\` are no ports`);
    if (options.has('random-fully')) {
      rule.leaveOut('`--random-fully` becomes `random`', 'Ports are chosen at random all the same.');
    }
    const random = options.has('random') || options.has('random-fully') ? ' random' : '';
    rule.decide({ kind: 'translate', action: 'masquerade', behind: `${ports === '' ? '' : `-> ${ports}`}${random}` });
  },
};
