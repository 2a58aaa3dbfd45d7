/** `address of uplink` */
import type { AddressOfZone } from '../../../grammar/ast/index.ts';
import type { ValueContext } from '../context.ts';
import { lookUpKind } from '../names.ts';
import { UNKNOWN, addressFormula, type Resolved } from '../resolved.ts';

export function evaluateAddressOf(value: AddressOfZone, context: ValueContext): Resolved {
  const meaning = lookUpKind(value.zone, 'zone', context);
  return meaning ? addressFormula({ kind: 'address of zone', zone: meaning.zone }) : UNKNOWN;
}
