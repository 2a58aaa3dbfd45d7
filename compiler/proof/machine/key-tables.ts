/** What keys find, as functions of the key: tables that agree wherever both have a row are one, and have one name. */
import { areApartByLast, compareKeys, keyAt, keyOrder, permuted, sameWords, type KeyRows } from './key-rows.ts';
import { permuteWords } from '../../net/word-order.ts';
import { compareWords } from '../../net/words.ts';

/** A value for each row: a number or a text of a list, or ends of an interval. */
export interface KeyData {
  readonly stride: 1 | 4;
  readonly lows: Uint32Array;
  readonly highs: Uint32Array;
}

export interface KeyTable {
  readonly keys: KeyRows;
  readonly data: KeyData;
}

/**
 * The table in the order of its keys, of equal keys the first; undefined where a packet may find several rows with different
 * values, or where that is not easily told.
 */
export function tableOf(rows: KeyRows, data: KeyData): KeyTable | undefined {
  if (!areApartByLast(rows)) return undefined;
  const order = keyOrder(rows);
  const sorted = permuted(rows, order);
  const kept: number[] = [];
  const last = sorted.parts.at(-1)!;
  const heads = sorted.parts.slice(0, -1);
  for (let row = 0; row < sorted.count; row++) {
    const before = kept.at(-1);
    if (before === undefined || compareKeys(heads, before, heads, row) !== 0) {
      kept.push(row);
      continue;
    }
    if (compareWords(last.lows, row, last.highs, before, last.stride) > 0) {
      kept.push(row);
      continue;
    }
    const isSameKey =
      compareWords(last.lows, row, last.lows, before, last.stride) === 0 &&
      compareWords(last.highs, row, last.highs, before, last.stride) === 0;
    if (!isSameKey) return undefined;
  }
  const chosen = kept.length === order.length ? order : Uint32Array.from(kept, (row) => order[row]!);
  return takeRows({ keys: rows, data }, chosen);
}

/** Some rows of a table, in this order. */
function takeRows({ keys, data }: KeyTable, rows: Uint32Array): KeyTable {
  const { stride, lows, highs } = data;
  const taken = permuteWords(lows, stride, rows);
  const ends = lows === highs ? taken : permuteWords(highs, stride, rows);
  return { keys: permuted(keys, rows), data: { stride, lows: taken, highs: ends } };
}

/** Both tables as one; or a key at which they do not agree, a column of one value for each part. */
export function joinedTables(left: KeyTable, right: KeyTable): KeyTable | { readonly clash: readonly Uint32Array[] } {
  if (sameTables(left, right)) return left;
  const [a, b] = [left.keys.parts, right.keys.parts];
  const order: number[] = [];
  let [i, j] = [0, 0];
  while (i < left.keys.count || j < right.keys.count) {
    const which = i === left.keys.count ? 1 : j === right.keys.count ? -1 : compareKeys(a, i, b, j);
    if (which === 0) {
      if (!isSameRow(left, i, right, j)) return { clash: keyAt(left.keys.parts, i) };
      order.push(i++);
      j++;
    } else if (which < 0) order.push(i++);
    else order.push(left.keys.count + j++);
  }
  return withoutOverlaps(takeRows(stacked(left, right), Uint32Array.from(order)));
}

function sameTables(left: KeyTable, right: KeyTable): boolean {
  return (
    sameWords(left.data.lows, right.data.lows) &&
    sameWords(left.data.highs, right.data.highs) &&
    left.keys.parts.every(
      ({ lows, highs }, at) =>
        sameWords(lows, right.keys.parts[at]!.lows) && sameWords(highs, right.keys.parts[at]!.highs),
    )
  );
}

function isSameRow(left: KeyTable, i: number, right: KeyTable, j: number): boolean {
  const ends = left.keys.parts.at(-1)!;
  const others = right.keys.parts.at(-1)!;
  return (
    compareWords(ends.highs, i, others.highs, j, ends.stride) === 0 &&
    compareWords(left.data.lows, i, right.data.lows, j, left.data.stride) === 0 &&
    compareWords(left.data.highs, i, right.data.highs, j, left.data.stride) === 0
  );
}

/** One behind the other. */
function stacked(left: KeyTable, right: KeyTable): KeyTable {
  const join = (one: Uint32Array, other: Uint32Array) => {
    const both = new Uint32Array(one.length + other.length);
    both.set(one);
    both.set(other, one.length);
    return both;
  };
  const parts = left.keys.parts.map((part, at) => ({
    ...part,
    lows: join(part.lows, right.keys.parts[at]!.lows),
    highs: join(part.highs, right.keys.parts[at]!.highs),
  }));
  const { stride, lows, highs } = left.data;
  return {
    keys: { count: left.keys.count + right.keys.count, parts },
    data: { stride, lows: join(lows, right.data.lows), highs: join(highs, right.data.highs) },
  };
}

/** Sorted rows; or the first key of two rows that overlap. */
function withoutOverlaps(table: KeyTable): KeyTable | { readonly clash: readonly Uint32Array[] } {
  const { count, parts } = table.keys;
  const last = parts.at(-1)!;
  const heads = parts.slice(0, -1);
  for (let row = 1; row < count; row++) {
    const isApart =
      compareKeys(heads, row - 1, heads, row) !== 0 ||
      compareWords(last.lows, row, last.highs, row - 1, last.stride) > 0;
    if (!isApart) return { clash: keyAt(parts, row) };
  }
  return table;
}
