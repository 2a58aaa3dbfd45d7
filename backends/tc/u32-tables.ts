/**
 * Filters of `u32` in hash tables, each by one byte of the header: what of a list cannot hold for a frame is never asked
 * (net/sched/cls_u32.c). The order of the list stays: a table has for each value of its byte the list of those that may hold, and
 * behind a table in which nothing was found the kernel goes on with what follows it.
 */
import type { Family } from '../../compiler/4-program/program.ts';
import { jhash } from '../../compiler/net/jhash.ts';
import type { ClassFilter } from './class-filters.ts';
import type { Entry } from './u32-entries.ts';

/** So few are asked one after another. */
const SHORT = 4;
/** Copies that a table may make of its entries, for one that does not ask its byte is in all lists: so many times as there are, and some. */
const COPIES = { times: 4, more: 16 };
/** Tables of one interface: their numbers have eleven bits, and two of them are taken by what makes the filters' places. */
const MOST_TABLES = 0x7ff;
const RESERVED = 2;
/** Filters of one list, whose numbers have twelve bits. */
const MOST_IN_LIST = 0xfff;
/** What the kernel goes down into (TC_U32_MAXDEPTH), from the place of all filters on. */
const DEEPEST = 7;

/** What a list has been made into. */
type Chain = readonly (Entry | Table)[];

interface Table {
  readonly byte: number;
  /** By the values of the byte that lead to any. */
  readonly lists: ReadonlyMap<number, Chain>;
}

export interface U32Filters {
  readonly filters: readonly ClassFilter[];
  /** Filters that are asked of the frame that asks most, with those that lead from table to table. */
  readonly longest: number;
}

/** Of an interface's lists, each family's own; undefined: the kernel has no room for them. */
export function u32Filters(lists: ReadonlyMap<Family, readonly Entry[]>): U32Filters | undefined {
  const chains = [...lists].map(([family, entries]) => ({ family, chain: chainOf(entries, new Set()) }));
  const tables = chains.reduce((sum, { chain }) => sum + tablesIn(chain), RESERVED);
  const fits = chains.every(({ chain }) => depthOf(chain) <= DEEPEST && widthOf(chain) <= MOST_IN_LIST);
  if (tables > MOST_TABLES || !fits) return undefined;
  const numbers = new TableNumbers();
  const filters = chains.flatMap(({ family, chain }) => new Writer(family, numbers).written(chain));
  return { filters: [...PLACES, ...filters], longest: Math.max(...chains.map(({ chain }) => longestOf(chain))) };
}

/**
 * The places of each family's filters, whose numbers the kernel gives in the order in which they are made: an empty table each keeps
 * them where there are no filters.
 */
const PLACES: readonly ClassFilter[] = ([4, 6] as const).map((family) => ({
  ...placeOf(family),
  handle: `${family === 4 ? 1 : RESERVED}:`,
  what: 'u32 divisor 1',
}));

function placeOf(family: Family): Pick<ClassFilter, 'preference' | 'protocol'> {
  return family === 4 ? { preference: 1, protocol: 'ip' } : { preference: 2, protocol: 'ipv6' };
}

/** The list with tables in it where it is long; `told`: bytes whose value is known there. */
function chainOf(entries: readonly Entry[], told: ReadonlySet<number>): Chain {
  const best = bestSplit(entries, told);
  if (!best) return entries;
  const { byte, first, end } = best;
  const inside = new Set([...told, byte]);
  const lists = new Map(
    [...byValue(entries.slice(first, end), byte)]
      .toSorted(([one], [other]) => one - other)
      .map(([value, list]) => [value, chainOf(withoutUnreached(list, inside), inside)] as const),
  );
  return [...chainOf(entries.slice(0, first), told), { byte, lists }, ...chainOf(entries.slice(end), told)];
}

/** Behind one that holds by what is told already, nothing is asked. */
function withoutUnreached(entries: readonly Entry[], told: ReadonlySet<number>): readonly Entry[] {
  const last = entries.findIndex(({ masks }) => masks.every((mask, at) => mask === 0 || told.has(at)));
  return last < 0 ? entries : entries.slice(0, last + 1);
}

interface Split {
  readonly byte: number;
  /** Those before `first`, and from `end` on, do not ask the byte, and stay around the table. */
  readonly first: number;
  readonly end: number;
  /** Filters that no frame is asked any more. */
  readonly saved: number;
  readonly copies: number;
}

/** By the byte that saves most; undefined: none halves what it is for without too many copies. */
function bestSplit(entries: readonly Entry[], told: ReadonlySet<number>): Split | undefined {
  if (entries.length <= SHORT) return undefined;
  let best: Split | undefined;
  for (const byte of entries[0]!.masks.keys()) {
    const split = told.has(byte) ? undefined : splitBy(entries, byte);
    if (!split) continue;
    const isBetter = !best || split.saved > best.saved || (split.saved === best.saved && split.copies < best.copies);
    if (isBetter) best = split;
  }
  return best;
}

function splitBy(entries: readonly Entry[], byte: number): Split | undefined {
  const asks = ({ masks }: Entry) => masks[byte] !== 0;
  const first = entries.findIndex(asks);
  const end = entries.findLastIndex(asks) + 1;
  const size = end - first;
  if (first < 0 || size <= SHORT) return undefined;
  const lengths = new Uint32Array(256);
  let copies = 0;
  for (let at = first; at < end; at += 1) {
    for (const value of valuesOf(entries[at]!, byte)) {
      lengths[value]! += 1;
      copies += 1;
    }
  }
  const longest = Math.max(...lengths);
  if (longest > size / 2 || copies > COPIES.times * size + COPIES.more) return undefined;
  return { byte, first, end, saved: size - longest, copies };
}

function byValue(entries: readonly Entry[], byte: number): ReadonlyMap<number, readonly Entry[]> {
  const lists = new Map<number, Entry[]>();
  for (const one of entries) {
    for (const value of valuesOf(one, byte)) {
      const list = lists.get(value);
      if (list) list.push(one);
      else lists.set(value, [one]);
    }
  }
  return lists;
}

/** With which values of the byte an entry may hold. */
function valuesOf({ values, masks }: Entry, byte: number): readonly number[] {
  const [wanted, mask] = [values[byte]!, masks[byte]!];
  if (mask === 0xff) return [wanted];
  return ALL_VALUES.filter((value) => (value & mask) === wanted);
}

const ALL_VALUES = Array.from({ length: 256 }, (_, value) => value);

function tablesIn(chain: Chain): number {
  return chain.reduce((sum, one) => sum + (isTable(one) ? 1 + total(one, tablesIn) : 0), 0);
}

function depthOf(chain: Chain): number {
  return chain.reduce((deepest, one) => Math.max(deepest, isTable(one) ? 1 + most(one, depthOf) : 0), 0);
}

function widthOf(chain: Chain): number {
  return chain.reduce((widest, one) => Math.max(widest, isTable(one) ? most(one, widthOf) : 0), chain.length);
}

function longestOf(chain: Chain): number {
  return chain.reduce((sum, one) => sum + 1 + (isTable(one) ? most(one, longestOf) : 0), 0);
}

function isTable(one: Entry | Table): one is Table {
  return 'lists' in one;
}

function total({ lists }: Table, of: (chain: Chain) => number): number {
  return [...lists.values()].reduce((sum, chain) => sum + of(chain), 0);
}

function most({ lists }: Table, of: (chain: Chain) => number): number {
  return [...lists.values()].reduce((highest, chain) => Math.max(highest, of(chain)), 0);
}

/** A number for each table by the values and tables that lead there, so that filters beside it do not change it. */
class TableNumbers {
  readonly #taken = new Set([0, 1, RESERVED]);

  of(path: string): number {
    let number = jhash(new TextEncoder().encode(path), 0) & MOST_TABLES;
    while (this.#taken.has(number)) number = (number + 1) & MOST_TABLES;
    this.#taken.add(number);
    return number;
  }
}

/** A family's tables and filters: what leads to a table stands behind what is in it. */
class Writer {
  readonly #filters: ClassFilter[] = [];
  readonly #family: Family;
  readonly #numbers: TableNumbers;

  constructor(family: Family, numbers: TableNumbers) {
    this.#family = family;
    this.#numbers = numbers;
  }

  /** The kernel's own table of a family is the first or second that it has made. */
  written(chain: Chain): readonly ClassFilter[] {
    this.#chain(chain, this.#family === 4 ? '800::' : '801::', `${this.#family}`);
    return this.#filters;
  }

  /** At a list of a table: `5:2a:`. */
  #chain(chain: Chain, list: string, path: string): void {
    let tables = 0;
    for (const [at, one] of chain.entries()) {
      const handle = `${list}${(at + 1).toString(16)}`;
      if (isTable(one)) {
        tables += 1;
        const table = this.#table(one, `${path} ${tables} ${one.byte}`);
        this.#put(handle, `u32 ht ${list} match u32 0 0 link ${table} ${hashKey(one.byte)}`);
      } else {
        this.#put(handle, `u32 ht ${list} ${one.matches}`, one);
      }
    }
  }

  #table({ lists }: Table, path: string): string {
    const table = `${this.#numbers.of(path).toString(16)}:`;
    this.#put(table, 'u32 divisor 256');
    for (const [value, chain] of lists) this.#chain(chain, `${table}${value.toString(16)}:`, `${path}=${value}`);
    return table;
  }

  #put(handle: string, what: string, led: Partial<Pick<Entry, 'number' | 'origin'>> = {}): void {
    const { number, origin } = led;
    this.#filters.push({ ...placeOf(this.#family), handle, what, ...(number !== undefined && { number, origin }) });
  }
}

/** One byte of the word of 32 bits that it is in. */
function hashKey(byte: number): string {
  return `hashkey mask 0x${((0xff000000 >>> (8 * (byte % 4))) >>> 0).toString(16).padStart(8, '0')} at ${byte - (byte % 4)}`;
}
