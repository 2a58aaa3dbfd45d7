/** The addresses that `dispatch` names as destinations: they are this host's. */
import { columnAddresses } from '../model/column-addresses.ts';
import type { AddressTest, Condition, Each, Origin, Policy, RuleItem } from '../model/index.ts';
import { AddressSet } from '../net/address-set.ts';

export interface DispatchedAddresses {
  readonly addresses: AddressSet;
  /** The rules for whose addresses there can be no routes: every address of a family, or addresses that end alike. */
  readonly unroutable: readonly Origin[];
}

export function dispatchedAddresses({ dispatch }: Policy): DispatchedAddresses {
  const sets: AddressSet[] = [];
  const unroutable = new Set<Origin>();
  const visit = (items: readonly RuleItem[], each: Each | undefined): void => {
    for (const item of items) {
      if (item.kind === 'scope') visit(item.body, each);
      else if (item.kind === 'each') visit(item.body, item);
      else {
        for (const test of destinationsOf(item.condition)) {
          const set = addressesOf(test, each);
          if (!set || set.ipv4.isFull() || set.ipv6.isFull()) unroutable.add(item.origin);
          else sets.push(set);
        }
      }
    }
  };
  visit(dispatch?.body ?? [], undefined);
  return { addresses: AddressSet.unionOf(sets), unroutable: [...unroutable] };
}

/** What a condition tests destinations against, unless it is the complement that it asks for. */
function destinationsOf(condition: Condition): AddressTest[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(destinationsOf);
  return condition.kind === 'address' && condition.field === 'destination' ? [condition] : [];
}

function addressesOf({ in: value }: AddressTest, each: Each | undefined): AddressSet | undefined {
  if (value instanceof AddressSet) return value;
  if (value.kind !== 'cell' || !each) return undefined;
  const { table } = value.row;
  return columnAddresses(
    table,
    value.column,
    each.rows ?? Uint32Array.from({ length: table.rowCount }, (_, row) => row),
  );
}
