/** `-m multiport`: up to 15 ports and ranges. */
import { VALUE, type Extension } from '../options.ts';
import { complement, parsePorts, portItem } from '../ports.ts';
import { matchPorts } from './transport-ports.ts';

const SIDES = [
  ['source-ports', 'source-port'],
  ['destination-ports', 'destination-port'],
] as const;

export const multiport: Extension = {
  name: 'multiport',
  options: {
    'source-ports': { ...VALUE, aliases: ['--sports'] },
    'destination-ports': { ...VALUE, aliases: ['--dports'] },
    ports: VALUE,
  },
  translate(options, rule) {
    const itemsOf = (option: string): string[] | undefined => {
      const ranges = options.value(option)?.split(',').map(parsePorts);
      const known = ranges?.filter((range) => range !== undefined);
      if (!ranges || !known) return undefined;
      if (known.length < ranges.length) rule.unknown(`\`${options.value(option)}\` are no ports`);
      return (options.isNegated(option) ? complement(known) : known).map(portItem);
    };
    for (const [option, side] of SIDES) {
      const items = itemsOf(option);
      if (items) matchPorts(side, items, rule);
    }
    const either = itemsOf('ports');
    if (!either) return;
    // Neither end has one of them: both have others.
    const or = options.isNegated('ports') ? 'and' : 'or';
    const set = `{ ${either.join(', ')} }`;
    rule.match('where', [`source port in ${set} ${or} destination port in ${set}`]);
  },
};
