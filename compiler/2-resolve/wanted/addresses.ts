/** Addresses wherever a set of them, or one of them, is wanted. */
import type { Value } from '../../../grammar/ast/index.ts';
import { AddressSet } from '../../net/address-set.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { EMPTY_SET, NOT_ONE_VALUE } from '../problems.ts';
import { addresses, isEmptySet, type AddressValues, type Resolved } from '../resolved.ts';
import { reportType } from './report-type.ts';

const TITLE = 'a set of addresses';

const HINTS: Readonly<Partial<Record<Resolved['type'], string>>> = {
  services: 'A service is a clause of its own, and does not stand behind `from` or `to`.',
  numbers: 'Ports are said with their protocol (`tcp/8080`) or behind addresses (`from any port 8080`).',
};

/** Addresses in any form; undefined where something else stands there, or nothing, which is reported. */
export function wantAddresses(value: Value, context: ValueContext): AddressValues | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  const found = asAddresses(resolved);
  if (!found) {
    reportType(value, resolved, TITLE, context, HINTS[resolved.type]);
    return undefined;
  }
  if (isEmptySet(found) && !found.orEmpty) {
    report(context, EMPTY_SET, value.span, 'this is an empty set, so nothing can match');
    return undefined;
  }
  return found;
}

/** Addresses that are all known now. */
export function wantConstantAddresses(value: Value, context: ValueContext): AddressSet | undefined {
  const found = wantAddresses(value, context);
  if (!found) return undefined;
  if (found.dynamic.length === 0) return found.set;
  report(context, NOT_ONE_VALUE, value.span, 'only addresses that are known now can stand here', {
    hint: 'Cells of a row, memories and `address of` are known only when packets come.',
  });
  return undefined;
}

function asAddresses(resolved: Resolved): AddressValues | undefined {
  if (resolved.type === 'addresses') return resolved;
  if (resolved.type === 'any') return addresses(AddressSet.full);
  if (resolved.type === 'nothing') return { ...addresses(AddressSet.empty), orEmpty: resolved.orEmpty };
  return undefined;
}
