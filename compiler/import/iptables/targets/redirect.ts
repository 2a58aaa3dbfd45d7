/** `-j REDIRECT`: to the host itself. */
import { FLAG, VALUE, type Extension } from '../options.ts';
import { portsOf } from './endpoints.ts';

export const redirect: Extension = {
  name: 'REDIRECT',
  options: { 'to-ports': { ...VALUE, aliases: ['--to-port'] }, random: FLAG },
  translate(options, rule) {
    const ports = portsOf(options.value('to-ports'));
    if (ports === undefined) return rule.unknown(`\`${options.value('to-ports')}\` are no ports`);
    // Of one port, chance makes nothing else.
    if (options.has('random') && ports.includes('-')) {
      rule.leaveOut('`--random` is left out', 'The kernel chooses a port of the range all the same.');
    }
    rule.decide({ kind: 'translate', action: 'redirect', behind: ports === '' ? '' : `-> ${ports}` });
  },
};
