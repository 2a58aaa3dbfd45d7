/** `-m osf`: the system that a packet looks to be of. */
import { VALUE, type Extension } from '../options.ts';

export const osf: Extension = {
  name: 'osf',
  options: {
    genre: VALUE,
    ttl: VALUE,
    log: VALUE,
  },
  translate(options, rule) {
    // It would log what never comes to the rule.
    if (options.has('log')) return rule.refuse('that the looks of systems are logged', 'Leave `--log` out.');
    rule.onlyIptables('which system sent a packet, by its looks', 'Ask for addresses instead.');
  },
};
