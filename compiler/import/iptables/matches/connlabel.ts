/** `-m connlabel`: labels of flows, by number: nft's. */
import { FLAG, VALUE, type Extension } from '../options.ts';

export const connlabel: Extension = {
  name: 'connlabel',
  options: { label: VALUE, set: FLAG },
  translate(options, rule) {
    const label = options.number('label');
    if (options.has('set')) return rule.refuse('a label that is set by a match', 'Mark the flow: `-j CONNMARK`.');
    // Names are those of a file of the host.
    if (label === undefined) return rule.onlyIptables('a label of a flow by name', 'Write its number.');
    rule.opaque(`ct label ${label}`, 'labels of flows', options.isNegated('label'));
  },
};
