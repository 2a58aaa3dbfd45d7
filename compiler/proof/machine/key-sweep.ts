/**
 * How lists of keys over the same fields lie to each other: which of them some key is in together. It walks all lists at
 * once, from the least key to the greatest.
 */
import type { IntervalSet } from '../../net/interval-set.ts';
import {
  compareWords,
  copyWords,
  searchAtLeast,
  writeMaximum,
  writePredecessor,
  writeSuccessor,
} from '../../net/words.ts';
import { areApartByLast, compareKeys, isSameIn, type KeyPart, type KeyRows } from './key-rows.ts';

/** Keys that are in the same lists. */
export interface Region {
  /** Bit `i`: they are in list `i`. */
  readonly lists: number;
  /** Which block of `blocks` the key below is in. */
  readonly block: number;
  /** One of them: a column of one value for each part. */
  readonly key: readonly Uint32Array[];
}

/** Lists of more than this have no bit. */
export const MOST_LISTS = 30;

/**
 * A region for each combination of lists that some key is in, and for each block of values that it lies in. `blocks`: sets of
 * values of the only part, beside which the regions shall lie; what they cut the values into are the blocks. Undefined for
 * lists that are not so ordered that they could be walked.
 */
export function regionsOf(lists: readonly KeyRows[], blocks: readonly IntervalSet[]): readonly Region[] | undefined {
  const [first] = lists;
  if (!first || lists.length > MOST_LISTS || !lists.every(areApartByLast)) return undefined;
  const last = first.parts.at(-1)!;
  return new Sweep(lists, last, blockStarts(last, blocks)).run();
}

/** Where blocks begin: at the least value, and wherever one of the sets begins or has ended. */
export function blockStarts({ width, stride }: KeyPart, sets: readonly IntervalSet[]): Uint32Array {
  const starts: bigint[] = [0n];
  const end = 1n << BigInt(width);
  for (const set of sets) {
    for (const [low, high] of set.bigintIntervals()) starts.push(low, ...(high + 1n < end ? [high + 1n] : []));
  }
  const ascending = [...new Set(starts)].toSorted((a, b) => (a < b ? -1 : 1));
  const words = new Uint32Array(ascending.length * stride);
  ascending.forEach((value, index) => {
    for (let word = 0; word < stride; word++) {
      words[index * stride + word] = Number((value >> BigInt(32 * (stride - 1 - word))) & 0xffffffffn);
    }
  });
  return words;
}

class Sweep {
  readonly #lists: readonly KeyRows[];
  readonly #last: KeyPart;
  readonly #starts: Uint32Array;
  readonly #at: Uint32Array;
  /** By list bits and block in one number. */
  readonly #found = new Map<number, Region>();
  readonly #position: Uint32Array;
  readonly #end: Uint32Array;
  readonly #maximum: Uint32Array;

  constructor(lists: readonly KeyRows[], last: KeyPart, starts: Uint32Array) {
    this.#lists = lists;
    this.#last = last;
    this.#starts = starts;
    this.#at = new Uint32Array(lists.length);
    [this.#position, this.#end, this.#maximum] = [0, 1, 2].map(() => new Uint32Array(last.stride)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    writeMaximum(last.width, this.#maximum, 0);
  }

  run(): readonly Region[] {
    for (let lists = this.#nextLists(); lists.length > 0; lists = this.#nextLists()) this.#group(lists);
    return [...this.#found.values()];
  }

  /** The lists whose next key begins with the least values of all parts but the last. */
  #nextLists(): number[] {
    let least: number | undefined;
    let lists: number[] = [];
    for (let list = 0; list < this.#lists.length; list++) {
      if (this.#at[list]! >= this.#lists[list]!.count) continue;
      const order = least === undefined ? -1 : this.#compareHeads(list, least);
      if (order < 0) [least, lists] = [list, [list]];
      else if (order === 0) lists.push(list);
    }
    return lists;
  }

  #compareHeads(left: number, right: number): number {
    const [a, b] = [this.#heads(left), this.#heads(right)];
    return compareKeys(a, this.#at[left]!, b, this.#at[right]!);
  }

  #heads(list: number): readonly KeyPart[] {
    return this.#lists[list]!.parts.slice(0, -1);
  }

  /** All values of the last part, where the others are those at which these lists stand. */
  #group(members: readonly number[]): void {
    const [example] = members;
    const row = this.#at[example!]!;
    const heads = this.#heads(example!).map(({ lows, stride }) => lows.slice(row * stride, (row + 1) * stride));
    const ends = new Map(members.map((list) => [list, this.#endOfHead(list)]));
    const { stride } = this.#last;
    const [position, end] = [this.#position, this.#end];
    position.fill(0);
    for (;;) {
      copyWords(this.#maximum, 0, end, 0, stride);
      let lists = 0;
      for (const list of members) if (this.#at[list]! < ends.get(list)!) lists |= this.#cut(list);
      this.#add(lists, heads);
      for (const list of members) this.#passBehind(list, ends.get(list)!);
      if (compareWords(end, 0, this.#maximum, 0, stride) === 0) return;
      writeSuccessor(end, 0, position, 0, stride);
    }
  }

  #endOfHead(list: number): number {
    const { count } = this.#lists[list]!;
    const heads = this.#heads(list);
    if (heads.length === 0) return count;
    const start = this.#at[list]!;
    let end = start + 1;
    while (end < count && isSameIn(heads, start, heads, end)) end++;
    return end;
  }

  /** Brings the end of the region down to where the list changes; its bit where the position is in it. */
  #cut(list: number): number {
    const { lows, highs, stride } = this.#lists[list]!.parts.at(-1)!;
    const at = this.#at[list]!;
    const end = this.#end;
    if (compareWords(lows, at, this.#position, 0, stride) <= 0) {
      if (compareWords(highs, at, end, 0, stride) < 0) copyWords(highs, at, end, 0, stride);
      return 1 << list;
    }
    if (compareWords(lows, at, end, 0, stride) <= 0) writePredecessor(lows, at, end, 0, stride);
    return 0;
  }

  #passBehind(list: number, end: number): void {
    const { highs, stride } = this.#lists[list]!.parts.at(-1)!;
    const at = this.#at[list]!;
    if (at < end && compareWords(highs, at, this.#end, 0, stride) <= 0) this.#at[list] = at + 1;
  }

  /** What lies between position and end, in each block that it touches. */
  #add(lists: number, heads: readonly Uint32Array[]): void {
    const { stride } = this.#last;
    const starts = this.#starts;
    const count = starts.length / stride;
    let block = searchAtLeast(starts, 0, count, this.#position, 0, stride);
    if (block === count || compareWords(starts, block, this.#position, 0, stride) > 0) block--;
    for (; block < count && compareWords(starts, block, this.#end, 0, stride) <= 0; block++) {
      const name = lists * count + block;
      if (this.#found.has(name)) continue;
      const value = this.#position.slice();
      if (compareWords(starts, block, value, 0, stride) > 0) copyWords(starts, block, value, 0, stride);
      this.#found.set(name, { lists, block, key: [...heads, value] });
    }
  }
}
