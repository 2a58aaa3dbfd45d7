/**
 * How the tables lie in memory: sizes that the program's text says, and the bytes that the loader copies into the maps.
 * Numbers have their low byte first.
 */
import type { FieldDefinition } from './fields.ts';
import { definitionOf } from './fields.ts';
import type { Action, Condition, FieldTable, ListedRule, Mitigation, Ranges } from './tree.ts';

/** `ABSENT` of the program. */
const ABSENT = 0xffffffff;
const BITS_OF_WORD = 64;
/** From so many words on, a bit for each word tells which to look at. */
const SUMMARY_FROM = 8;
const BLOCKS = 65_536;
/** Up to so many ranges of a field of 16 bits, or of addresses of IPv4, a search stays in few lines of the cache. */
const FEW_OF_NUMBERS = 128;
const FEW_OF_ADDRESSES = 256;
const SMALL_FIELD = 4096;

export interface Sizes {
  readonly rules: number;
  /** 64-bit words with a bit for each rule. */
  readonly words: number;
  /** 64-bit words with a bit for each of those words; 0: they are few enough to look at them all. */
  readonly summaries: number;
  readonly steps: number;
  readonly mostConditions: number;
  readonly mostCounters: number;
}

export function wordsFor(rules: number): number {
  return Math.max(1, Math.ceil(rules / BITS_OF_WORD));
}

export function sizesOf({ rules }: Pick<Mitigation, 'rules'>): Sizes {
  const words = wordsFor(rules.length);
  const summaries = words >= SUMMARY_FROM ? Math.ceil(words / BITS_OF_WORD) : 0;
  return {
    rules: rules.length,
    words,
    summaries,
    // Each rule, word and summary once, and a word once more for each rule that skips.
    steps: rules.length + words + summaries + 1,
    mostConditions: rules.reduce((most, { conditions }) => Math.max(most, conditions.length), 0),
    mostCounters: rules.reduce((most, { counts }) => Math.max(most, counts.length), 0),
  };
}

/** One map of a field's, or none where the row is the same for all values. */
export type TableLayout =
  | { readonly kind: 'constant'; readonly row: number }
  | { readonly kind: 'direct'; readonly name: string; readonly rows: Uint16Array }
  | {
      readonly kind: 'sorted';
      readonly name: string;
      readonly type: '__u32' | '__u64';
      readonly ranges: Ranges;
      readonly size: number;
    }
  | {
      readonly kind: 'ipv4';
      readonly name: string;
      readonly starts: Uint32Array;
      readonly entries: Uint32Array;
      /** Halvings that find an entry in the largest block. */
      readonly steps: number;
    }
  | { readonly kind: 'ipv6'; readonly name: string; readonly ranges: Ranges; readonly size: number };

export interface FieldLayout {
  readonly definition: FieldDefinition;
  readonly table: FieldTable;
  readonly parts: readonly TableLayout[];
}

export function layoutOf(table: FieldTable): FieldLayout {
  const definition = definitionOf(table.field);
  const { name, search } = definition;
  const [first, second] = table.ranges;
  const part = (ranges: Ranges, make: () => TableLayout): TableLayout =>
    ranges.rows.length === 1 ? { kind: 'constant', row: ranges.rows[0]! } : make();
  switch (search.kind) {
    case 'direct': {
      const isSearched = search.values > SMALL_FIELD && first!.rows.length <= FEW_OF_NUMBERS;
      const direct = (): TableLayout => ({ kind: 'direct', name, rows: elementwise(first!, search.values) });
      return { definition, table, parts: [isSearched ? sorted(name, '__u32', first!) : direct()] };
    }
    case 'sorted':
      return { definition, table, parts: [sorted(name, search.type, first!)] };
    case 'address':
      return {
        definition,
        table,
        parts: [
          part(first!, () =>
            first!.rows.length <= FEW_OF_ADDRESSES
              ? sorted(`${name}_ipv4`, '__u32', first!)
              : { kind: 'ipv4', name: `${name}_ipv4`, ...blocksOf(first!) },
          ),
          part(second!, () => ({
            kind: 'ipv6',
            name: `${name}_ipv6`,
            ranges: second!,
            size: powerAbove(second!.rows.length),
          })),
        ],
      };
  }
}

function sorted(name: string, type: '__u32' | '__u64', ranges: Ranges): TableLayout {
  return { kind: 'sorted', name, type, ranges, size: powerAbove(ranges.rows.length) };
}

/** The least power of two that is not below. */
function powerAbove(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** The row of each value. */
function elementwise({ lows, rows }: Ranges, values: number): Uint16Array {
  const result = new Uint16Array(values);
  rows.forEach((row, index) => {
    if (lows[index]! < values) result.fill(row, lows[index], lows[index + 1] ?? values);
  });
  return result;
}

/** Ranges of IPv4 addresses by their upper halves; each block begins with an entry for its first address. */
export function blocksOf({ lows, rows }: Ranges): Pick<TableLayout & { kind: 'ipv4' }, 'starts' | 'entries' | 'steps'> {
  const starts = new Uint32Array(BLOCKS + 1);
  const entries = new Uint32Array(BLOCKS + rows.length);
  let count = 0;
  let range = 0;
  let largest = 0;
  for (let block = 0; block < BLOCKS; block++) {
    starts[block] = count;
    const first = block * 65_536;
    while (range + 1 < rows.length && lows[range + 1]! <= first) range++;
    entries[count++] = rows[range]!;
    while (range + 1 < rows.length && lows[range + 1]! < first + 65_536) {
      range++;
      entries[count++] = (((lows[range]! & 0xffff) << 16) | rows[range]!) >>> 0;
    }
    largest = Math.max(largest, count - starts[block]!);
  }
  starts[BLOCKS] = count;
  return { starts, entries: entries.slice(0, count), steps: Math.ceil(Math.log2(largest)) };
}

/** The bytes of a table that is a map of its own. */
export function tableBytes(layout: Exclude<TableLayout, { kind: 'constant' }>): Uint8Array {
  switch (layout.kind) {
    case 'direct':
      return new Columns(layout.rows.length * 2).u16(layout.rows).bytes;
    case 'ipv4':
      return new Columns((layout.starts.length + layout.entries.length) * 4).u32(layout.starts).u32(layout.entries)
        .bytes;
    case 'sorted': {
      const wide = layout.type === '__u64';
      const { ranges, size } = layout;
      const columns = new Columns(size * (wide ? 10 : 6));
      if (wide) columns.u64(padded(words64(ranges, 2), size));
      else columns.u32(padded(ranges.lows, size));
      return columns.u16(padded(ranges.rows, size)).bytes;
    }
    case 'ipv6': {
      const { ranges, size } = layout;
      const columns = new Columns(size * 18)
        .u64(padded(words64(ranges, 0), size))
        .u64(padded(words64(ranges, 2), size));
      return columns.u16(padded(ranges.rows, size)).bytes;
    }
  }
}

/** Two of the four words of each low end, as one number. */
function words64({ lows, rows }: Ranges, from: 0 | 2): BigUint64Array {
  return BigUint64Array.from(
    rows,
    (_, index) => (BigInt(lows[index * 4 + from]!) << 32n) | BigInt(lows[index * 4 + from + 1]!),
  );
}

/** The column with its last value repeated: a search that goes too far finds the same there. */
function padded<Column extends Uint16Array | Uint32Array | BigUint64Array>(column: Column, size: number): Column {
  const result = new (column.constructor as new (length: number) => Column)(size);
  result.set(column as never);
  (result as Uint32Array).fill(column.at(-1) as number, column.length);
  return result;
}

/** The rows of a field: for each its summary, if there are summaries, then its words. */
export function rowBytes({ rowBits }: FieldTable, { words, summaries }: Sizes): Uint8Array {
  const wordsOfRow = 2 * (words + summaries);
  const all = new Uint32Array(rowBits.length * wordsOfRow);
  for (const [number, bits] of rowBits.entries()) {
    const at = number * wordsOfRow;
    all.set(bits, at + 2 * summaries);
    if (summaries === 0) continue;
    for (let word = 0; word < words; word++) {
      if ((bits[2 * word]! | bits[2 * word + 1]!) === 0) continue;
      const place = at + (word >> 5);
      all[place] = (all[place]! | (1 << (word & 31))) >>> 0;
    }
  }
  return new Columns(all.length * 4).u32(all).bytes;
}

const ACTIONS: Readonly<Record<Action['kind'], number>> = { pass: 0, drop: 1, on: 2, skip: 3 };

/** `struct rule` for each rule; `numberOf` gives the number of a condition. */
export function ruleBytes(
  rules: readonly ListedRule[],
  { mostConditions, mostCounters }: Sizes,
  numberOf: (condition: Condition) => number,
): Uint8Array {
  // Elements of a map begin at multiples of eight bytes.
  const wordsOfRule = 2 * Math.ceil((2 + mostConditions + mostCounters) / 2);
  const all = new Uint32Array(rules.length * wordsOfRule).fill(ABSENT);
  for (const [number, { action, conditions, counts }] of rules.entries()) {
    const at = number * wordsOfRule;
    all[at] = ACTIONS[action.kind];
    all[at + 1] = action.kind === 'skip' ? action.to : 0;
    all.set(conditions.map(numberOf), at + 2);
    all.set(counts, at + 2 + mostConditions);
  }
  return new Columns(all.length * 4).u32(all).bytes;
}

/** Bytes filled by columns of numbers, one behind the other; a multiple of eight of them, as maps have. */
export class Columns {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  u32(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  u64(values: Iterable<bigint>): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#at, value, true);
      this.#at += 8;
    }
    return this;
  }
}
