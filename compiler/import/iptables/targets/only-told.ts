/** Targets that tell somebody of a packet, or blink: none changes what becomes of it. */
import type { Extension, OptionTable } from '../options.ts';

export function onlyTold(name: string, options: OptionTable): Extension {
  return {
    name,
    options,
    translate: (_, rule) => rule.leaveOut(`${name} is left out`, 'Packets take the same way without it.'),
  };
}
