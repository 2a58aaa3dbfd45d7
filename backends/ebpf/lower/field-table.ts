/**
 * The table of a field: its values cut into ranges at every end of a set that a rule tests, and for each range the row of
 * rules whose tests of the field hold there (bit vectors: Lakshman and Stiliadis, 1998). A packet that lacks the field has a
 * row of its own: what a rule wants of the field is false of it, and what a rule does not want is true.
 */
import type { Family } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { sortedOrder } from '../../../compiler/net/word-order.ts';
import {
  compareWords,
  copyWords,
  strideOf,
  writeMaximum,
  writeSuccessor,
  type Stride,
} from '../../../compiler/net/words.ts';
import { widthOf, type PacketField } from '../fields.ts';
import type { FieldTable, TestedRule, Ranges } from '../tree.ts';
import type { TableAtom } from './conditions.ts';
import { ChangingRow, RowBits } from './row-bits.ts';

/** A test of the field, as one side of its table sees it. */
interface FieldTest {
  readonly rule: number;
  readonly negated: boolean;
  /** The values for which the test (not negated) holds. */
  readonly set: IntervalSet;
}

/** That the values of a set are given a number. */
interface Giving {
  /** Its word in a row. */
  readonly word: number;
  readonly number: number;
  readonly set: IntervalSet;
}

/** Numbers of zones, by name. */
export type ZoneNumbers = ReadonlyMap<string, number>;

export function fieldOfAtom({ test }: TableAtom): PacketField {
  const { field } = test;
  if (field === 'state') throw new Error('frames have no state');
  return field;
}

/** The table of a field that some of the rules test. `words`: 32-bit words of a row. */
export function fieldTable(
  field: PacketField,
  rules: readonly TestedRule[],
  words: number,
  zones: ZoneNumbers,
): FieldTable {
  const rows = new RowBits();
  const sides: readonly (Family | undefined)[] = field === 'source' || field === 'destination' ? [4, 6] : [undefined];
  const length = words + columnsOf(field, rules);
  const absent = absentRow(field, rules, length);
  const absentNumber = rows.numberOf(absent.bits, absent.hash);
  const ranges = sides.map((family) => {
    const given = givingsOf(field, family, rules, words);
    return rangesOf([...testsOf(field, family, rules, zones), ...given], widthOf(field, family), {
      rules: rules.length,
      length,
      rows,
    });
  });
  const { rows: found, places } = rows.inOrder();
  return {
    field,
    ranges: ranges.map((one) => ({ ...one, rows: one.rows.map((row) => places[row]!) })),
    absentRow: places[absentNumber]!,
    rowBits: found.map((row) => row.subarray(0, words)),
    rowNumbers: found.map((row) => row.subarray(words)),
  };
}

/** Numbers that each of the field's rows has. */
function columnsOf(field: PacketField, rules: readonly TestedRule[]): number {
  return rules.reduce((most, { given }) => Math.max(most, given?.field === field ? given.column + 1 : 0), 0);
}

function givingsOf(
  field: PacketField,
  family: Family | undefined,
  rules: readonly TestedRule[],
  words: number,
): readonly Giving[] {
  return rules.flatMap(({ given }) =>
    given?.field === field && given.family === family
      ? given.sets.map(({ set, number }): Giving => ({ word: words + given.column, number, set }))
      : [],
  );
}

/** `length`: 32-bit words of a row. */
function absentRow(field: PacketField, rules: readonly TestedRule[], length: number): ChangingRow {
  const row = new ChangingRow(length);
  for (const [number, { atoms }] of rules.entries()) {
    row.set(
      number,
      atoms.every((atom) => atom.negated || fieldOfAtom(atom) !== field),
    );
  }
  return row;
}

/** The tests that rules make of the field; those of the other family hold for no address of this one. */
function testsOf(
  field: PacketField,
  family: Family | undefined,
  rules: readonly TestedRule[],
  zones: ZoneNumbers,
): FieldTest[] {
  return rules.flatMap(({ atoms }, rule) =>
    atoms
      .filter((atom) => fieldOfAtom(atom) === field)
      .map(({ test, negated }): FieldTest => {
        switch (test.kind) {
          case 'zone':
            return { rule, negated, set: numbersOf(test.zones.map(({ name }) => zones.get(name) ?? 0)) };
          case 'number':
            return { rule, negated, set: test.in };
          case 'address':
            return {
              rule,
              negated,
              set: test.family === family ? test.in : IntervalSet.empty(family === 4 ? 32 : 128),
            };
        }
      }),
  );
}

function numbersOf(zones: readonly number[]): IntervalSet {
  return IntervalSet.fromIntervals(
    8,
    zones.map((zone) => [zone, zone] as const),
  );
}

/** Ends of intervals in ascending order, each with the test that begins or ends to hold there. */
interface Ends {
  readonly words: Uint32Array;
  readonly order: Uint32Array;
  /** For each end, the number of its test; those that end there count from the number of tests on. */
  readonly tests: Uint32Array;
}

/** `rules`: how many; `length`: 32-bit words of a row. */
interface RowsInto {
  readonly rules: number;
  readonly length: number;
  readonly rows: RowBits;
}

function rangesOf(tests: readonly (FieldTest | Giving)[], width: number, { rules, length, rows }: RowsInto): Ranges {
  const stride = strideOf(width);
  const ends = endsOf(tests, width);
  const row = new ChangingRow(length);
  // How many of a rule's tests do not hold yet.
  const failing = new Uint32Array(rules);
  for (const test of tests) if ('rule' in test && !test.negated) failing[test.rule]!++;
  for (let rule = 0; rule < rules; rule++) row.set(rule, failing[rule] === 0);
  // Whose number stands in a word: where one set ends, another may have begun.
  const givers = new Map<number, Giving>();

  const writer = new RangeWriter(width, ends.order.length + 1);
  let from: Uint32Array = new Uint32Array(stride);
  let fromIndex = 0;
  for (const end of ends.order) {
    if (compareWords(from, fromIndex, ends.words, end, stride) !== 0) {
      writer.add(from, fromIndex, rows.numberOf(row.bits, row.hash));
      [from, fromIndex] = [ends.words, end];
    }
    const number = ends.tests[end]!;
    const begins = number < tests.length;
    const test = tests[begins ? number : number - tests.length]!;
    if ('word' in test) {
      if (!begins && givers.get(test.word) !== test) continue;
      givers.set(test.word, test);
      row.setNumber(test.word, begins ? test.number : 0);
      continue;
    }
    const { rule, negated } = test;
    failing[rule] = failing[rule]! + (begins === negated ? 1 : -1);
    row.set(rule, failing[rule] === 0);
  }
  writer.add(from, fromIndex, rows.numberOf(row.bits, row.hash));
  return writer.finish();
}

/** Takes ranges in ascending order; neighbours with the same row are one. */
class RangeWriter {
  readonly #width: number;
  readonly #stride: Stride;
  readonly #lows: Uint32Array;
  readonly #rows: Uint16Array;
  #count = 0;

  constructor(width: number, most: number) {
    this.#width = width;
    this.#stride = strideOf(width);
    this.#lows = new Uint32Array(most * this.#stride);
    this.#rows = new Uint16Array(most);
  }

  add(low: Uint32Array, index: number, row: number): void {
    if (this.#count > 0 && this.#rows[this.#count - 1] === row) return;
    copyWords(low, index, this.#lows, this.#count, this.#stride);
    this.#rows[this.#count++] = row;
  }

  finish(): Ranges {
    const lows = this.#lows.slice(0, this.#count * this.#stride);
    return { width: this.#width, lows, rows: this.#rows.slice(0, this.#count) };
  }
}

function endsOf(tests: readonly { readonly set: IntervalSet }[], width: number): Ends {
  const stride = strideOf(width);
  const most = tests.reduce((sum, { set }) => sum + 2 * set.intervalCount, 0);
  const words = new Uint32Array(most * stride);
  const numbers = new Uint32Array(most);
  const maximum = new Uint32Array(stride);
  writeMaximum(width, maximum, 0);
  let count = 0;
  for (const [number, { set }] of tests.entries()) {
    for (let interval = 0; interval < set.intervalCount; interval++) {
      copyWords(set.lows, interval, words, count, stride);
      numbers[count++] = number;
      if (compareWords(set.highs, interval, maximum, 0, stride) === 0) continue;
      writeSuccessor(set.highs, interval, words, count, stride);
      numbers[count++] = number + tests.length;
    }
  }
  const used = words.subarray(0, count * stride);
  return { words: used, order: sortedOrder(used, stride), tests: numbers.subarray(0, count) };
}
