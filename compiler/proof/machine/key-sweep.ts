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
import { areApartByLast, compareKeys, keyAt, type KeyPart, type KeyRows } from './key-rows.ts';

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
/** Numbers of regions up to here are kept as bytes. */
const MOST_BYTES = 1 << 20;

/**
 * A region for each combination of lists that some key is in, and for each block of values that it lies in. `blocks`: sets of
 * values of the only part, beside which the regions shall lie; what they cut the values into are the blocks. Undefined for
 * lists that are not so ordered that they could be walked.
 */
export function regionsOf(lists: readonly KeyRows[], blocks: readonly IntervalSet[]): readonly Region[] | undefined {
  const [first] = lists;
  if (!first || lists.length > MOST_LISTS || !lists.every(areApartByLast)) return undefined;
  const last = first.parts.at(-1)!;
  // Of one list, nothing is to be told but that some keys are in it, and some not.
  if (lists.length === 1 && blocks.length === 0) {
    const some = first.count > 0 ? [{ lists: 1, block: 0, key: keyAt(first.parts, 0) }] : [];
    return [{ lists: 0, block: 0, key: keyOutside(first) }, ...some];
  }
  return new Sweep(lists, last, blockStarts(last, blocks)).run();
}

/** A key that is in none of the rows of one part; of several parts, any. */
function keyOutside({ count, parts }: KeyRows): readonly Uint32Array[] {
  const { lows, highs, stride } = parts.at(-1)!;
  const value = new Uint32Array(stride);
  if (count > 0 && compareWords(lows, 0, value, 0, stride) === 0) writeSuccessor(highs, 0, value, 0, stride);
  return [...parts.slice(0, -1).map((part) => new Uint32Array(part.stride)), value];
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
  /** Parts of each list before the last. */
  readonly #heads: readonly (readonly KeyPart[])[];
  readonly #tails: readonly KeyPart[];
  readonly #starts: Uint32Array;
  /** Where each list stands, and where its rows with the heads at hand end. */
  readonly #at: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #found: Region[] = [];
  /** What was found, by list bits and block in one number; small numbers in bytes. */
  readonly #known = new Set<number>();
  readonly #knownSmall: Uint8Array;
  readonly #position: Uint32Array;
  readonly #end: Uint32Array;
  readonly #maximum: Uint32Array;

  constructor(lists: readonly KeyRows[], last: KeyPart, starts: Uint32Array) {
    this.#lists = lists;
    this.#last = last;
    this.#heads = lists.map(({ parts }) => parts.slice(0, -1));
    this.#tails = lists.map(({ parts }) => parts.at(-1)!);
    this.#starts = starts;
    this.#at = new Uint32Array(lists.length);
    this.#ends = new Uint32Array(lists.length);
    this.#position = new Uint32Array(last.stride);
    this.#end = new Uint32Array(last.stride);
    this.#maximum = new Uint32Array(last.stride);
    writeMaximum(last.width, this.#maximum, 0);
    this.#knownSmall = new Uint8Array(Math.min(MOST_BYTES, 2 ** lists.length * (starts.length / last.stride)));
  }

  run(): readonly Region[] {
    for (let members = this.#nextLists(); members.length > 0; members = this.#nextLists()) this.#group(members);
    return this.#found;
  }

  /** The lists whose next key begins with the least values of all parts but the last. */
  #nextLists(): number[] {
    let members: number[] = [];
    for (let list = 0; list < this.#lists.length; list++) {
      if (this.#at[list]! >= this.#lists[list]!.count) continue;
      const [least] = members;
      const order =
        least === undefined
          ? -1
          : compareKeys(this.#heads[list]!, this.#at[list]!, this.#heads[least]!, this.#at[least]!);
      if (order < 0) members = [list];
      else if (order === 0) members.push(list);
    }
    return members;
  }

  /** All values of the last part, where the others are those at which these lists stand. */
  #group(members: readonly number[]): void {
    const { stride } = this.#last;
    const [position, end] = [this.#position, this.#end];
    const example = members[0]!;
    const row = this.#at[example]!;
    for (const list of members) this.#ends[list] = this.#endOfHead(list);
    if (stride === 1) {
      this.#narrowGroup(members, example, row);
      return;
    }
    position.fill(0);
    for (;;) {
      copyWords(this.#maximum, 0, end, 0, stride);
      let lists = 0;
      for (const list of members) if (this.#at[list]! < this.#ends[list]!) lists |= this.#cut(list);
      this.#add(lists, example, row);
      for (const list of members) this.#passBehind(list);
      if (compareWords(end, 0, this.#maximum, 0, stride) === 0) return;
      writeSuccessor(end, 0, position, 0, stride);
    }
  }

  /** The same for values of one word, which are most. */
  #narrowGroup(members: readonly number[], example: number, row: number): void {
    const maximum = this.#maximum[0]!;
    for (let position = 0; ;) {
      let end = maximum;
      let lists = 0;
      for (const list of members) {
        const at = this.#at[list]!;
        if (at >= this.#ends[list]!) continue;
        const { lows, highs } = this.#tails[list]!;
        if (lows[at]! > position) {
          if (lows[at]! <= end) end = lows[at]! - 1;
          continue;
        }
        lists |= 1 << list;
        if (highs[at]! < end) end = highs[at]!;
      }
      this.#position[0] = position;
      this.#end[0] = end;
      this.#add(lists, example, row);
      for (const list of members) {
        const at = this.#at[list]!;
        if (at < this.#ends[list]! && this.#tails[list]!.highs[at]! <= end) this.#at[list] = at + 1;
      }
      if (end === maximum) return;
      position = end + 1;
    }
  }

  #endOfHead(list: number): number {
    const { count } = this.#lists[list]!;
    const heads = this.#heads[list]!;
    if (heads.length === 0) return count;
    const start = this.#at[list]!;
    let end = start + 1;
    while (end < count && compareKeys(heads, start, heads, end) === 0) end++;
    return end;
  }

  /** Brings the end of the region down to where the list changes; its bit where the position is in it. */
  #cut(list: number): number {
    const { lows, highs, stride } = this.#tails[list]!;
    const at = this.#at[list]!;
    const end = this.#end;
    if (compareWords(lows, at, this.#position, 0, stride) <= 0) {
      if (compareWords(highs, at, end, 0, stride) < 0) copyWords(highs, at, end, 0, stride);
      return 1 << list;
    }
    if (compareWords(lows, at, end, 0, stride) <= 0) writePredecessor(lows, at, end, 0, stride);
    return 0;
  }

  #passBehind(list: number): void {
    const { highs, stride } = this.#tails[list]!;
    const at = this.#at[list]!;
    if (at < this.#ends[list]! && compareWords(highs, at, this.#end, 0, stride) <= 0) this.#at[list] = at + 1;
  }

  /** What lies between position and end, in each block that it touches; the heads are those of a row of a list. */
  #add(lists: number, list: number, row: number): void {
    const { stride } = this.#last;
    const starts = this.#starts;
    const count = starts.length / stride;
    if (count === 1 && this.#knownSmall[lists] === 1) return;
    let block = count === 1 ? 0 : searchAtLeast(starts, 0, count, this.#position, 0, stride);
    if (block === count || compareWords(starts, block, this.#position, 0, stride) > 0) block--;
    for (; block < count && compareWords(starts, block, this.#end, 0, stride) <= 0; block++) {
      const name = lists * count + block;
      if (this.#knownSmall[name] === 1 || this.#known.has(name)) continue;
      if (name < this.#knownSmall.length) this.#knownSmall[name] = 1;
      else this.#known.add(name);
      const value = this.#position.slice();
      if (compareWords(starts, block, value, 0, stride) > 0) copyWords(starts, block, value, 0, stride);
      this.#found.push({ lists, block, key: [...keyAt(this.#heads[list]!, row), value] });
    }
  }
}
