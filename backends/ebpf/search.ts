/**
 * How the program finds a frame's rules, and what that takes. It is no walk over rules: a lookup in each field gives a row of bits, and
 * the rows are looked through together, word by word, until a rule has its bit in all of them (Lakshman and Stiliadis, 1998). Which
 * steps a frame pays for follows from the tables; what a step takes is measured (test/bench/xdp-predictions.bench.ts).
 */
import type { Expense, RuleSearch } from '../../compiler/plane.ts';
import { TIMES, type StepTimes } from './cost.ts';
import { rowSizes, type RowSizes } from './emit/rules.ts';
import { layoutOf, type FieldLayout } from './emit/tables.ts';
import type { FieldTable, Ranges, TestedRule } from './tree.ts';

/** Of a field's ranges, the one that a frame is in: `side` is 1 for addresses of IPv6. */
interface Place {
  readonly side: number;
  readonly range: number;
}

/** Where a frame is in each field that rules test; undefined: it lacks the field. */
export type FramePlaces = ReadonlyMap<FieldTable, Place | undefined>;

/** So many rules at most have a frame thought up for them, evenly drawn from all. */
const FRAMES = 500;

type Lookup = FieldLayout['lookups'][number];

/** A list of rules, and the tables that find those which a frame may meet. */
interface Searched {
  readonly rules: readonly TestedRule[];
  readonly fields: readonly FieldTable[];
}

export class Search {
  readonly #fields: readonly FieldLayout[];
  readonly #sizes: RowSizes;
  readonly #times: StepTimes;

  constructor({ rules, fields }: Searched, times: StepTimes = TIMES) {
    this.#sizes = rowSizes(rules.length);
    this.#fields = fields.map(layoutOf);
    this.#times = times;
  }

  /** Nanoseconds of a frame. */
  timeOf(frame: FramePlaces): number {
    const lookups = this.#fields.reduce((sum, field) => sum + this.#lookupTime(field, frame.get(field.table)), 0);
    const { read, isMet } = this.#wordsRead(frame);
    return this.#times.frame + lookups + read * this.#timeOfWord + (isMet ? this.#times.met : 0);
  }

  /** For `explain`; `sought`: what rules say. None where there are no rules. */
  explained(sought: RuleSearch['sought']): readonly RuleSearch[] {
    const { rules, words, summaries } = this.#sizes;
    if (rules === 0) return [];
    const frames = this.#frames();
    const { frame, met } = this.#times;
    const most = (summaries + words) * this.#timeOfWord;
    const search: RuleSearch = {
      sought,
      rules,
      steps: [
        {
          title: `what the packet is, and its ${sought}`,
          expense: { expected: frame + met, worst: frame + met },
        },
        ...this.#fields.map((field) => this.#explainedField(field, frames)),
        {
          title: 'the first rule that all of these have',
          lookup: `${words} × 64 rules${summaries > 0 ? ', those without any skipped' : ''}`,
          expense: { expected: meanOf(frames.map((one) => this.#wordsTime(one))), worst: most },
        },
      ],
    };
    return [search];
  }

  #explainedField(field: FieldLayout, frames: readonly FramePlaces[]): RuleSearch['steps'][number] {
    const { definition, table, lookups } = field;
    const times = frames.map((frame) => this.#lookupTime(field, frame.get(table)));
    const worst = Math.max(0, ...lookups.map((lookup, side) => this.#longest(lookup, table.ranges[side]!)));
    const expense: Expense = { expected: meanOf(times), worst };
    const families = lookups.map(
      (one, side) => (lookups.length > 1 ? `IPv${side === 0 ? 4 : 6}: ` : '') + inWords(one, table.ranges[side]!),
    );
    return {
      title: `${definition.noun}, to its row of ${table.rowBits.length}`,
      lookup: families.join('; '),
      expense,
      bytes: this.#bytesOf(field),
    };
  }

  /** Of the field's tables and rows. */
  #bytesOf({ table, lookups }: FieldLayout): number {
    const { words, summaries } = this.#sizes;
    const tables = lookups.flatMap((lookup) => (lookup.kind === 'constant' ? [] : lookup.columns));
    const numbers = table.rowNumbers.reduce((sum, row) => sum + row.byteLength, 0);
    const rows = numbers + table.rowBits.length * (words + summaries) * 8;
    return tables.reduce((sum, { values }) => sum + values.byteLength, rows);
  }

  #lookupTime({ table, lookups }: FieldLayout, place: Place | undefined): number {
    if (!place) return this.#times.absent;
    return this.#timeIn(lookups[place.side]!, () => entriesBeside(table.ranges[place.side]!, place.range));
  }

  #longest(lookup: Lookup, ranges: Ranges): number {
    return this.#timeIn(lookup, () => Math.min(65_536, ranges.rows.length));
  }

  /** `inBlock`: how many entries the block has. */
  #timeIn(lookup: Lookup, inBlock: () => number): number {
    const { direct, ranges, halving, wide, wideHalving, blocks, blockHalving } = this.#times;
    switch (lookup.kind) {
      case 'constant':
        return 0;
      case 'direct':
        return direct;
      case 'ranges':
        return ranges + halving * halvings(lookup.columns[0]!.values.length);
      case 'wide':
        return wide + wideHalving * halvings(lookup.columns[0]!.values.length);
      case 'blocks':
        return blocks + blockHalving * halvings(inBlock());
    }
  }

  get #timeOfWord(): number {
    return this.#times.word + this.#fields.length * this.#times.wordOfField;
  }

  #wordsTime(frame: FramePlaces): number {
    return this.#wordsRead(frame).read * this.#timeOfWord;
  }

  /** Words of rows that are looked at, as in program/place.h, and whether a rule is found in them. */
  #wordsRead(frame: FramePlaces): { readonly read: number; readonly isMet: boolean } {
    const { words, summaries } = this.#sizes;
    const rows = this.#fields.map(({ table }) => rowOf(table, frame.get(table)));
    let read = 0;
    for (let word = 0; word < words; word++) {
      if (summaries > 0 && word % 64 === 0) read++;
      const isSkipped = summaries > 0 && word > 0 && rows.some((row) => (row[2 * word]! | row[2 * word + 1]!) === 0);
      if (isSkipped) continue;
      read++;
      if (hasCommonBit(rows, 2 * word) || hasCommonBit(rows, 2 * word + 1)) return { read, isMet: true };
    }
    return { read, isMet: false };
  }

  /** A frame for each rule, or for some of them: in each field, in a range that the rule holds in. */
  #frames(): readonly FramePlaces[] {
    const { rules } = this.#sizes;
    const count = Math.min(rules, FRAMES);
    return Array.from({ length: count }, (_, at) => this.#frameFor(Math.floor((at * rules) / count)));
  }

  #frameFor(rule: number): FramePlaces {
    return new Map(this.#fields.map(({ table }) => [table, placeOf(rule, table)]));
  }
}

/** Of programs whose steps were not measured. */
export function withoutTimes(searches: readonly RuleSearch[]): readonly RuleSearch[] {
  return searches.map((search) => ({
    ...search,
    steps: search.steps.map((step) => ({ ...step, expense: undefined })),
  }));
}

function rowOf(table: FieldTable, place: Place | undefined): Uint32Array {
  return table.rowBits[place ? table.ranges[place.side]!.rows[place.range]! : table.absentRow]!;
}

function hasCommonBit(rows: readonly Uint32Array[], word: number): boolean {
  return rows.reduce((bits, row) => bits & row[word]!, -1) !== 0;
}

/** One of the ranges in which the rule holds, not always the first; undefined: it holds of frames without the field only. */
function placeOf(rule: number, { ranges, rowBits }: FieldTable): Place | undefined {
  const holds = (row: number) => (rowBits[row]![rule >> 5]! & (1 << (rule & 31))) !== 0;
  for (const [side, { rows }] of ranges.entries()) {
    const first = Math.floor((rows.length * (rule % 7)) / 7);
    for (let at = 0; at < rows.length; at++) {
      const range = (first + at) % rows.length;
      if (holds(rows[range]!)) return { side, range };
    }
  }
  return undefined;
}

/** Entries of the block of 65,536 addresses in which the range begins: for the ranges that do, and for the block's first address. */
function entriesBeside({ lows }: Ranges, range: number): number {
  const block = lows[range]! >>> 16;
  let [from, to] = [range, range + 1];
  while (from > 0 && lows[from - 1]! >>> 16 === block) from--;
  while (to < lows.length && lows[to]! >>> 16 === block) to++;
  return to - from + ((lows[from]! & 0xffff) === 0 ? 0 : 1);
}

function halvings(entries: number): number {
  return Math.ceil(Math.log2(Math.max(1, entries)));
}

function inWords(lookup: Lookup, { rows }: Ranges): string {
  const ranges = `${rows.length.toLocaleString('en')} ${rows.length === 1 ? 'range' : 'ranges'}`;
  switch (lookup.kind) {
    case 'constant':
      return 'one row';
    case 'direct':
      return 'a place for each value';
    case 'ranges':
    case 'wide':
      return `search, ${ranges}`;
    case 'blocks':
      return `block, search in it, ${ranges}`;
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
