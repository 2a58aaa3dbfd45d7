import type { Endpoint, Value } from '../../../ast/index.ts';
import type { Doc, Printing } from '../../../printing.ts';

/**
 * `192.0.2.1:443`, `[2001:db8::1]:443`, `:443`, or addresses alone. `single`: where a list would be taken for more than
 * one endpoint.
 */
export function printEndpoint({ addresses, ports }: Endpoint, at: Printing, single = false): Doc {
  const suffix = ports === undefined ? '' : [':', at.value(ports)];
  if (addresses === undefined) return suffix;
  const printed = at.value(addresses);
  const isList = addresses.kind === 'list' && !addresses.braces;
  const bracketed = ports === undefined ? isList && single : isList || isBracketed(addresses);
  return bracketed ? ['[', printed, ']', suffix] : [printed, suffix];
}

/** Whether a colon right behind it would be taken for a part of it. */
function isBracketed(value: Value): boolean {
  switch (value.kind) {
    case 'address':
    case 'prefix':
    case 'masked-address':
      return value.family === 6;
    case 'range':
      return value.low.kind !== 'address' || value.low.family === 6;
    default:
      return value.kind !== 'reference' && value.kind !== 'column';
  }
}
