/** `-m cgroup`: which group of processes has the socket. */
import { VALUE, type Extension } from '../options.ts';

export const cgroup: Extension = {
  name: 'cgroup',
  options: { cgroup: VALUE, path: VALUE },
  translate(options, rule) {
    if (options.has('path')) {
      return rule.onlyIptables('a group of processes by its path', 'Name the account that sends.');
    }
    const number = options.number('cgroup');
    if (number === undefined) return rule.unknown(`\`${options.value('cgroup')}\` is no group`);
    const not = options.isNegated('cgroup') ? '!= ' : '';
    rule.opaque(`meta cgroup ${not}${number}`, 'which group of processes sends a packet');
  },
};
