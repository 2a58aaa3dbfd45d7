/**
 * The rows of an `each` that can matter to a packet. A table may have 200,000 rows, of which a packet meets a few: a rule
 * that demands that an address or a number be in a cell can only speak for rows with such a cell, and those are found in
 * an index. It changes no answer, only the time it takes; where no index helps, every row is a candidate.
 *
 * With row-index.ts, what of the reference is there for speed. Indices are kept as long as the columns they are made from.
 */
import type { AddressTest, Cell, Condition, NumberTest, RowVariable, ServiceCellTest } from '../model/condition.ts';
import type { Each, RuleItem, ShapeEach, ShapeItem } from '../model/policy.ts';
import { columnOf, type Column } from '../model/table.ts';
import { addressField, numberField } from './fields.ts';
import type { Journey } from './journey.ts';
import { NumberIndex, PrefixIndex } from './row-index.ts';

/** Tables smaller than this are walked row by row. */
const WORTH_AN_INDEX = 16;

type CellTest = AddressTest | NumberTest | ServiceCellTest;

/** For each rule, tests of which one must hold; undefined where a rule asks for no cell of the row. */
type Demands = readonly CellTest[] | undefined;

type AnyEach = Each | ShapeEach;

const demandsOfEach = new WeakMap<AnyEach, Demands>();
const prefixIndices = new WeakMap<Column, PrefixIndex>();
const numberIndices = new WeakMap<Column, NumberIndex>();
const selections = new WeakMap<AnyEach, Uint32Array>();

export function candidateRows(each: AnyEach, journey: Journey): Iterable<number> {
  const demands = each.row.table.rowCount < WORTH_AN_INDEX ? undefined : demandsOf(each);
  if (demands === undefined) return selected(each);
  const found = new Set<number>();
  for (const test of demands) for (const row of rowsMeeting(test, journey)) found.add(row);
  const rows = [...found].filter((row) => isSelected(each, row));
  return rows.toSorted((a, b) => a - b);
}

function selected(each: AnyEach): Uint32Array {
  if (each.rows !== undefined) return each.rows;
  let all = selections.get(each);
  if (all === undefined) {
    selections.set(each, (all = Uint32Array.from({ length: each.row.table.rowCount }, (_, row) => row)));
  }
  return all;
}

function isSelected(each: AnyEach, row: number): boolean {
  if (each.rows === undefined) return true;
  let [low, high] = [0, each.rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((each.rows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return each.rows[low] === row;
}

function demandsOf(each: AnyEach): Demands {
  if (!demandsOfEach.has(each)) demandsOfEach.set(each, demandsOfItems(each.body, each.row));
  return demandsOfEach.get(each);
}

function demandsOfItems(items: readonly (RuleItem | ShapeItem)[], row: RowVariable): Demands {
  const all: CellTest[] = [];
  for (const item of items) {
    // The classes in a class are asked where its own condition holds.
    const isAsked = item.kind === 'rule' || item.kind === 'class';
    const demands = isAsked ? demandsOfCondition(item.condition, row) : demandsOfItems(item.body, row);
    if (demands === undefined) return undefined;
    all.push(...demands);
  }
  return all;
}

function demandsOfCondition(condition: Condition, row: RowVariable): Demands {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.of.map((part) => demandsOfCondition(part, row));
      // Any part will do, for all must hold; addresses tell rows apart best.
      return (
        parts.find((part) => part?.every(({ kind }) => kind === 'address')) ?? parts.find((part) => part !== undefined)
      );
    }
    case 'any': {
      const parts = condition.of.map((part) => demandsOfCondition(part, row));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'address':
    case 'number':
      return 'kind' in condition.in && condition.in.kind === 'cell' && isIndexable(condition.in, row)
        ? [condition]
        : undefined;
    case 'service cell':
      return 'kind' in condition.port && isIndexable(condition.port, row) ? [condition] : undefined;
    default:
      return undefined;
  }
}

function isIndexable(cell: Cell, row: RowVariable): boolean {
  if (cell.row !== row) return false;
  const store = columnOf(row.table, cell.column)?.data.store;
  return store === 'integer' || store === 'prefix4' || store === 'prefix6' || store === 'prefix';
}

function rowsMeeting(test: CellTest, journey: Journey): readonly number[] {
  if (test.kind === 'address') {
    const address = addressField(journey, test.field, test.view);
    const column =
      'kind' in test.in && test.in.kind === 'cell' ? columnOf(test.in.row.table, test.in.column) : undefined;
    return address === undefined || column === undefined
      ? []
      : prefixIndex(column).rowsOf(journey.packet.family, address);
  }
  const cell = test.kind === 'number' ? test.in : test.port;
  const value =
    test.kind === 'number' ? numberField(journey, test.field, test.view) : numberField(journey, 'destination port');
  const column = 'kind' in cell ? columnOf(cell.row.table, cell.column) : undefined;
  return value === undefined || column === undefined ? [] : numberIndex(column).rowsOf(value);
}

function numberIndex(column: Column): NumberIndex {
  let index = numberIndices.get(column);
  if (index === undefined) numberIndices.set(column, (index = new NumberIndex(column)));
  return index;
}

function prefixIndex(column: Column): PrefixIndex {
  let index = prefixIndices.get(column);
  if (index === undefined) prefixIndices.set(column, (index = new PrefixIndex(column)));
  return index;
}
