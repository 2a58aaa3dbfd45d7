/**
 * Sorting columns of words: the order is computed, the columns stay where they are.
 *
 * Least-significant-digit radix sort, which is linear in the number of values and stable, so that sorting by several
 * columns is sorting by each, the most important one last. Digits in which all values agree cost one counting pass.
 */
import { compareWords, copyWords, type Stride } from './words.ts';

const INSERTION_LIMIT = 32;
const WIDE_DIGIT_FROM = 1 << 15;

/** The indices 0 to `count` − 1 in their own order. */
export function identityOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    order[i] = i;
  }
  return order;
}

/** Whether the values of a column never decrease when they are read in the given order. */
export function isSorted(words: Uint32Array, stride: Stride, order: Uint32Array): boolean {
  for (let i = 1; i < order.length; i++) {
    if (compareWords(words, order[i - 1]!, words, order[i]!, stride) > 0) {
      return false;
    }
  }
  return true;
}

/**
 * The order that sorts a column's values from least to greatest; values that are equal keep the order in which `order`
 * lists them. `order` names the values to sort by index (all of them in their own order when left out) and is not
 * changed; the result may be `order` itself.
 */
export function sortedOrder(
  words: Uint32Array,
  stride: Stride,
  order: Uint32Array = identityOrder(words.length / stride),
): Uint32Array {
  if (isSorted(words, stride, order)) {
    return order;
  }
  if (order.length <= INSERTION_LIMIT) {
    return insertionOrder(words, stride, order);
  }
  const bits = order.length < WIDE_DIGIT_FROM ? 8 : 16;
  let sorted = order;
  let spare: Uint32Array | undefined;
  for (let word = stride - 1; word >= 0; word--) {
    for (let shift = 0; shift < 32; shift += bits) {
      const target: Uint32Array = spare ?? new Uint32Array(order.length);
      if (sortByDigit(words, stride, word, shift, bits, sorted, target)) {
        // The caller's order is never written to; our own arrays take turns.
        spare = sorted === order ? undefined : sorted;
        sorted = target;
      } else {
        spare = target;
      }
    }
  }
  return sorted;
}

/** Sorts stably by one digit, from `order` into `target`; false, with `target` untouched, where all digits are equal. */
function sortByDigit(
  words: Uint32Array,
  stride: Stride,
  word: number,
  shift: number,
  bits: number,
  order: Uint32Array,
  target: Uint32Array,
): boolean {
  const mask = 2 ** bits - 1;
  const places = new Uint32Array(mask + 1);
  for (let i = 0; i < order.length; i++) {
    places[(words[order[i]! * stride + word]! >>> shift) & mask]!++;
  }
  if (places[(words[order[0]! * stride + word]! >>> shift) & mask] === order.length) {
    return false;
  }
  let place = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const count = places[digit]!;
    places[digit] = place;
    place += count;
  }
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    target[places[(words[index * stride + word]! >>> shift) & mask]!++] = index;
  }
  return true;
}

function insertionOrder(words: Uint32Array, stride: Stride, order: Uint32Array): Uint32Array {
  const sorted = order.slice();
  for (let i = 1; i < sorted.length; i++) {
    const index = sorted[i]!;
    let place = i;
    while (place > 0 && compareWords(words, sorted[place - 1]!, words, index, stride) > 0) {
      sorted[place] = sorted[place - 1]!;
      place--;
    }
    sorted[place] = index;
  }
  return sorted;
}

/** The column with its values in the given order. */
export function permuteWords(words: Uint32Array, stride: Stride, order: Uint32Array): Uint32Array {
  const result = new Uint32Array(order.length * stride);
  for (let i = 0; i < order.length; i++) {
    copyWords(words, order[i]!, result, i, stride);
  }
  return result;
}
