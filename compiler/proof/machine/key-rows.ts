/** Keys of many rows in one form: sorted, none twice. Two lists of keys stand for the same packets if they are equal. */
import type { KeyColumn } from '../../net/key-column.ts';
import { identityOrder, permuteWords, sortedOrder } from '../../net/word-order.ts';
import { compareWords, copyWords, isSuccessor } from '../../net/words.ts';

/** One part of all keys: values, or intervals of values (layout in net/words.ts). */
export type KeyPart = Pick<KeyColumn, 'width' | 'stride' | 'lows' | 'highs'>;

/** Row `i` stands for the packets whose fields are in interval `i` of every part. */
export interface KeyRows {
  readonly count: number;
  readonly parts: readonly KeyPart[];
}

/** The rows in the order of their keys, the first part first; equal keys stay in the order that they stand in. */
export function keyOrder({ count, parts }: KeyRows): Uint32Array {
  return parts.reduceRight((order, { lows, highs, stride }) => {
    const byEnd = lows === highs ? order : sortedOrder(highs, stride, order);
    return sortedOrder(lows, stride, byEnd);
  }, identityOrder(count));
}

export function permuted({ parts }: KeyRows, order: Uint32Array): KeyRows {
  return {
    count: order.length,
    parts: parts.map(({ width, stride, lows, highs }) => {
      const sorted = permuteWords(lows, stride, order);
      return { width, stride, lows: sorted, highs: lows === highs ? sorted : permuteWords(highs, stride, order) };
    }),
  };
}

/** The keys sorted, each once; intervals of the last part that meet are joined where all before it is the same. */
export function canonicalKeys(rows: KeyRows): KeyRows {
  const { count, parts } = permuted(rows, keyOrder(rows));
  const before = parts.slice(0, -1);
  const last = parts.at(-1)!;
  const { stride } = last;
  const highs = last.highs.slice();
  const kept = new Uint32Array(count);
  let length = 0;
  for (let row = 0; row < count; row++) {
    const open = length === 0 ? undefined : kept[length - 1]!;
    const joins =
      open !== undefined &&
      isSameIn(before, open, before, row) &&
      (compareWords(last.lows, row, highs, open, stride) <= 0 || isSuccessor(highs, open, last.lows, row, stride));
    if (!joins) kept[length++] = row;
    else if (compareWords(last.highs, row, highs, open, stride) > 0) copyWords(last.highs, row, highs, open, stride);
  }
  return permuted({ count, parts: [...before, { ...last, highs }] }, kept.subarray(0, length));
}

/** Whether a row of one list and a row of another are the same in all these parts. */
function isSameIn(left: readonly KeyPart[], i: number, right: readonly KeyPart[], j: number): boolean {
  for (let at = 0; at < left.length; at++) {
    const [part, other] = [left[at]!, right[at]!];
    if (compareWords(part.lows, i, other.lows, j, part.stride) !== 0) return false;
    if (compareWords(part.highs, i, other.highs, j, part.stride) !== 0) return false;
  }
  return true;
}

/** Less than, equal to or greater than zero, as key `i` of one list begins before, with or behind key `j` of another. */
export function compareKeys(left: readonly KeyPart[], i: number, right: readonly KeyPart[], j: number): number {
  for (let at = 0; at < left.length; at++) {
    const { lows, stride } = left[at]!;
    const order = compareWords(lows, i, right[at]!.lows, j, stride);
    if (order !== 0) return order;
  }
  return 0;
}

/** The least key of a row: a column of one value for each part. */
export function keyAt(parts: readonly KeyPart[], row: number): readonly Uint32Array[] {
  return parts.map(({ lows, stride }) => lows.slice(row * stride, (row + 1) * stride));
}

export function sameKeys(left: KeyRows, right: KeyRows): boolean {
  return (
    left.count === right.count &&
    left.parts.length === right.parts.length &&
    left.parts.every(({ width, lows, highs }, at) => {
      const other = right.parts[at]!;
      return width === other.width && sameWords(lows, other.lows) && sameWords(highs, other.highs);
    })
  );
}

export function sameWords(left: Uint32Array, right: Uint32Array): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}

/** Whether every key is one value in all parts but the last. */
export function areApartByLast({ parts }: KeyRows): boolean {
  return parts.slice(0, -1).every(({ lows, highs }) => sameWords(lows, highs));
}

/** The row whose key holds these values, one word column of one value each; undefined: none. Keys are canonical. */
export function rowOf(rows: KeyRows, values: readonly Uint32Array[]): number | undefined {
  const single: KeyPart[] = values.map((words, at) => ({ ...rows.parts[at]!, lows: words, highs: words }));
  if (areApartByLast(rows)) {
    let [least, most] = [0, rows.count];
    while (least < most) {
      const middle = (least + most) >>> 1;
      if (compareKeys(rows.parts, middle, single, 0) <= 0) least = middle + 1;
      else most = middle;
    }
    return least > 0 && holds(rows.parts, least - 1, single) ? least - 1 : undefined;
  }
  for (let row = 0; row < rows.count; row++) if (holds(rows.parts, row, single)) return row;
  return undefined;
}

function holds(parts: readonly KeyPart[], row: number, values: readonly KeyPart[]): boolean {
  return parts.every(
    ({ lows, highs, stride }, at) =>
      compareWords(lows, row, values[at]!.lows, 0, stride) <= 0 &&
      compareWords(highs, row, values[at]!.lows, 0, stride) >= 0,
  );
}
