/** The addresses that `dispatch` names as destinations: they are this host's. */
import type { AddressTest, Cell, Condition, Each, Origin, Policy, RuleItem } from '../model/index.ts';
import { columnOf } from '../model/table.ts';
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';

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
  return value.kind === 'cell' && each ? cellAddresses(value, each) : undefined;
}

/** The values of the cell in all rows. */
function cellAddresses(cell: Cell, each: Each): AddressSet | undefined {
  const column = columnOf(cell.row.table, cell.column);
  if (!column || !('lengths' in column.data)) return undefined;
  const { data, present } = column;
  const all = each.rows ?? Uint32Array.from({ length: cell.row.table.rowCount }, (_, row) => row);
  const rows = present ? all.filter((row) => present[row] === 1) : all;
  const ofFamily = (family: 4 | 6) => {
    if (data.store === 'prefix') return rows.filter((row) => data.families[row] === family);
    return (data.store === 'prefix4') === (family === 4) ? rows : rows.subarray(0, 0);
  };
  const lengths = (some: Uint32Array) => Uint8Array.from(some, (row) => data.lengths[row]!);
  const [rows4, rows6] = [ofFamily(4), ofFamily(6)];
  const words4 = Uint32Array.from(rows4, (row) =>
    data.store === 'prefix4' ? data.addresses[row]! : data.words[row * 4 + 3]!,
  );
  const words6 = new Uint32Array(rows6.length * 4);
  if (data.store !== 'prefix4') {
    rows6.forEach((row, index) => words6.set(data.words.subarray(row * 4, row * 4 + 4), index * 4));
  }
  return AddressSet.of(
    IntervalSet.fromPrefixes32(words4, lengths(rows4)),
    IntervalSet.fromPrefixes128(words6, lengths(rows6)),
  );
}
