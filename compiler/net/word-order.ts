/**
 * Sorting columns of words: the order is computed, the columns stay where they are.
 *
 * Radix sort, which is linear in the number of values and stable, so that sorting by several columns is sorting by each,
 * the most important one last. The first words decide most: values are sorted by their first word, and by a further one
 * only where they agree so far.
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
  const sorter = new Sorter(words, stride, order.slice());
  sorter.sort(0, order.length, 0);
  return sorter.order;
}

class Sorter {
  readonly order: Uint32Array;
  readonly #words: Uint32Array;
  readonly #stride: Stride;
  readonly #spare: Uint32Array;

  /** Sorts `order` in place. */
  constructor(words: Uint32Array, stride: Stride, order: Uint32Array) {
    this.order = order;
    this.#words = words;
    this.#stride = stride;
    this.#spare = new Uint32Array(order.length > INSERTION_LIMIT ? order.length : 0);
  }

  /** Sorts the part of the order from `from` up to, not including, `to`, whose values agree in all words before `word`. */
  sort(from: number, to: number, word: number): void {
    if (to - from <= INSERTION_LIMIT) {
      this.#insert(from, to);
      return;
    }
    this.#sortByWord(from, to, word);
    if (word + 1 === this.#stride) {
      return;
    }
    let start = from;
    for (let end = from + 1; end <= to; end++) {
      if (end === to || this.#wordAt(this.order, end, word) !== this.#wordAt(this.order, start, word)) {
        if (end - start > 1) {
          this.sort(start, end, word + 1);
        }
        start = end;
      }
    }
  }

  #wordAt(order: Uint32Array, place: number, word: number): number {
    return this.#words[order[place]! * this.#stride + word]!;
  }

  /** Sorts a part by one word, its lowest digit first. */
  #sortByWord(from: number, to: number, word: number): void {
    const bits = to - from < WIDE_DIGIT_FROM ? 8 : 16;
    let source = this.order;
    let target = this.#spare;
    for (let shift = 0; shift < 32; shift += bits) {
      if (this.#sortByDigit(from, to, word, shift, bits, source, target)) {
        [source, target] = [target, source];
      }
    }
    if (source !== this.order) {
      this.order.set(source.subarray(from, to), from);
    }
  }

  /** Sorts a part stably by one digit, from `source` into `target`; false, with `target` untouched, if all are equal. */
  #sortByDigit(
    from: number,
    to: number,
    word: number,
    shift: number,
    bits: number,
    source: Uint32Array,
    target: Uint32Array,
  ): boolean {
    const mask = 2 ** bits - 1;
    const places = new Uint32Array(mask + 1);
    for (let i = from; i < to; i++) {
      places[(this.#wordAt(source, i, word) >>> shift) & mask]!++;
    }
    if (places[(this.#wordAt(source, from, word) >>> shift) & mask] === to - from) {
      return false;
    }
    let place = from;
    for (let digit = 0; digit <= mask; digit++) {
      const count = places[digit]!;
      places[digit] = place;
      place += count;
    }
    for (let i = from; i < to; i++) {
      target[places[(this.#wordAt(source, i, word) >>> shift) & mask]!++] = source[i]!;
    }
    return true;
  }

  #insert(from: number, to: number): void {
    const { order } = this;
    for (let i = from + 1; i < to; i++) {
      const index = order[i]!;
      let place = i;
      while (place > from && compareWords(this.#words, order[place - 1]!, this.#words, index, this.#stride) > 0) {
        order[place] = order[place - 1]!;
        place--;
      }
      order[place] = index;
    }
  }
}

/** The column with its values in the given order. */
export function permuteWords(words: Uint32Array, stride: Stride, order: Uint32Array): Uint32Array {
  const result = new Uint32Array(order.length * stride);
  for (let i = 0; i < order.length; i++) {
    copyWords(words, order[i]!, result, i, stride);
  }
  return result;
}
