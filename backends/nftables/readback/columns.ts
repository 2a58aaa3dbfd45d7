/** Columns that grow while elements are read into them: no object and no string for an element. */
import type { Column } from '../../../compiler/proof/machine/form.ts';
import { compareWords, copyWords, strideOf, type Stride } from '../../../compiler/net/words.ts';

const FIRST_CAPACITY = 16;

/** Values, or intervals, of numbers of one width. Layout in net/words.ts. */
export class NumberColumn {
  readonly width: number;
  readonly stride: Stride;
  #lows: Uint32Array;
  /** Made with the first interval of more than one value. */
  #highs: Uint32Array | undefined;
  #count = 0;

  constructor(width: number) {
    this.width = width;
    this.stride = strideOf(width);
    this.#lows = new Uint32Array(FIRST_CAPACITY * this.stride);
  }

  /** Whether some element is more than one value. */
  get hasIntervals(): boolean {
    return this.#highs !== undefined;
  }

  /** A single value of at most 32 bits. */
  appendNumber(value: number): void {
    this.#reserve();
    this.#lows[this.#count] = value;
    if (this.#highs) this.#highs[this.#count] = value;
    this.#count += 1;
  }

  /** An interval, both ends included: value 0 of both columns of words, which are copied. */
  appendWords(low: Uint32Array, high: Uint32Array): void {
    this.#reserve();
    const { stride } = this;
    copyWords(low, 0, this.#lows, this.#count, stride);
    if (!this.#highs && compareWords(low, 0, high, 0, stride) !== 0) this.#highs = this.#lows.slice();
    if (this.#highs) copyWords(high, 0, this.#highs, this.#count, stride);
    this.#count += 1;
  }

  finish(): Column {
    const lows = this.#lows.subarray(0, this.#count * this.stride);
    const highs = this.#highs?.subarray(0, this.#count * this.stride) ?? lows;
    return { kind: 'numbers', width: this.width, lows, highs };
  }

  #reserve(): void {
    if ((this.#count + 1) * this.stride <= this.#lows.length) return;
    this.#lows = doubled(this.#lows);
    if (this.#highs) this.#highs = doubled(this.#highs);
  }
}

/** Things by their numbers: names, or texts that an interner numbers. */
export class IndexColumn {
  #indices: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  #count = 0;

  append(index: number): void {
    if (this.#count === this.#indices.length) this.#indices = doubled(this.#indices);
    this.#indices[this.#count] = index;
    this.#count += 1;
  }

  finish(): Uint32Array {
    return this.#indices.subarray(0, this.#count);
  }
}

/** Names of interfaces or objects. */
export class NameColumn {
  readonly #indices = new IndexColumn();
  readonly #numbers = new Map<string, number>();

  append(name: string): void {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#numbers.size));
    this.#indices.append(number);
  }

  finish(): Column {
    return { kind: 'names', indices: this.#indices.finish(), names: [...this.#numbers.keys()] };
  }
}

function doubled(words: Uint32Array): Uint32Array {
  const result = new Uint32Array(words.length * 2);
  result.set(words);
  return result;
}
