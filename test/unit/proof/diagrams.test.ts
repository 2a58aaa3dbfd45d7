import { describe, expect, test } from 'vitest';
import { ALL, Diagrams, FIRST_OWN_OPERATION, NOTHING } from '../../../compiler/proof/diagrams.ts';
import { OutOfBudget } from '../../../compiler/proof/node-table.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

const BUDGET = 2 ** 24;

/** The packet whose bits, most significant first from variable `first` on, are the number. */
function packetOf(value: number, width: number, first = 0): Set<number> {
  const bits = Array.from({ length: width }, (_, bit) => first + bit);
  return new Set(bits.filter((_, bit) => (value >> (width - 1 - bit)) & 1));
}

describe('diagrams', () => {
  test('are equal numbers for equal functions', () => {
    const diagrams = new Diagrams(BUDGET);
    const [a, b, c] = [0, 1, 2].map((level) => diagrams.variable(level)) as [number, number, number];
    expect(diagrams.when(a, diagrams.orElse(b, c))).toBe(diagrams.orElse(diagrams.when(a, b), diagrams.when(a, c)));
    expect(diagrams.not(diagrams.when(a, b))).toBe(diagrams.orElse(diagrams.not(a), diagrams.not(b)));
    expect(diagrams.not(diagrams.not(c))).toBe(c);
    expect(diagrams.orElse(a, diagrams.not(a))).toBe(ALL);
    expect(diagrams.when(a, diagrams.not(a))).toBe(NOTHING);
  });

  test('are simplified for some packets only', () => {
    const diagrams = new Diagrams(BUDGET);
    // All functions of three variables with the values 0 and 2, and all sets of such packets.
    const functions = Array.from({ length: 256 }, (_, bits) => {
      const packets = Array.from({ length: 8 }, (__, packet) => packet).filter((packet) => (bits >> packet) & 1);
      return diagrams.inSet(
        0,
        IntervalSet.fromIntervals(
          3,
          packets.map((packet) => [packet, packet] as const),
        ),
      );
    });
    const wrong: (readonly number[])[] = [];
    for (const set of functions.filter((one) => one !== NOTHING)) {
      for (const one of functions) {
        const diagram = diagrams.when(one, diagrams.value(2));
        const simplified = diagrams.simplified(diagram, set);
        const asked = diagrams.levelsOf(diagram);
        const isAlike = diagrams.when(set, simplified) === diagrams.when(set, diagram);
        const asksMore = [...diagrams.levelsOf(simplified)].some((level) => !asked.has(level));
        if (!isAlike || asksMore) wrong.push([set, one]);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('hold values: the first that is something', () => {
    const diagrams = new Diagrams(BUDGET);
    const [a, b] = [diagrams.variable(0), diagrams.variable(1)];
    const [seven, nine] = [diagrams.value(7), diagrams.value(9)];
    const list = diagrams.firstOf([diagrams.when(a, seven), diagrams.when(b, nine), NOTHING]);
    const valueOf = (...ones: number[]) => diagrams.valueAt(list, new Set(ones));
    expect([valueOf(), valueOf(0), valueOf(1), valueOf(0, 1)]).toEqual([0, 7, 9, 7]);
    expect(diagrams.valuesOf(list)).toEqual([0, 7, 9]);
    expect(diagrams.where(list, 7)).toBe(a);
    expect(diagrams.where(list, 9)).toBe(diagrams.unless(a, b));
    expect(diagrams.without(list, 7)).toBe(diagrams.unless(a, diagrams.when(b, nine)));
    expect(diagrams.ifThenElse(a, seven, nine)).toBe(diagrams.orElse(diagrams.when(a, seven), nine));
    expect(diagrams.ifThenElse(a, NOTHING, nine)).toBe(diagrams.unless(a, nine));
    expect([diagrams.isValue(seven), diagrams.isValue(list)]).toEqual([true, false]);
  });

  test.each([
    ['nothing', [] as [number, number][]],
    ['everything', [[0, 255]] as [number, number][]],
    [
      'single values',
      [
        [0, 0],
        [7, 7],
        [255, 255],
      ] as [number, number][],
    ],
    [
      'intervals over the middle',
      [
        [3, 200],
        [202, 202],
      ] as [number, number][],
    ],
    [
      'blocks',
      [
        [64, 127],
        [192, 207],
      ] as [number, number][],
    ],
  ])('of a set of numbers hold exactly its numbers: %s', (_name, intervals) => {
    const diagrams = new Diagrams(BUDGET);
    const set = IntervalSet.fromIntervals(8, intervals);
    const diagram = diagrams.inSet(5, set);
    for (let value = 0; value < 256; value++) {
      expect(diagrams.valueAt(diagram, packetOf(value, 8, 5)), `${value}`).toBe(set.contains(value) ? 1 : 0);
    }
    expect(diagrams.inSet(5, set.complement())).toBe(diagrams.not(diagram));
  });

  test('of addresses of 128 bits', () => {
    const diagrams = new Diagrams(BUDGET);
    const low = 0x20010db8n << 96n;
    const set = IntervalSet.range(128, low, low + (1n << 64n) - 1n);
    const first = [...packetOf(0x20010db8, 32)];
    const diagram = diagrams.inSet(0, set);
    expect(diagrams.valueAt(diagram, new Set(first))).toBe(1);
    expect(diagrams.valueAt(diagram, new Set([...first, 127, 100]))).toBe(1);
    expect(diagrams.valueAt(diagram, new Set([...first, 63]))).toBe(0);
  });

  test('show a packet for which two differ', () => {
    const diagrams = new Diagrams(BUDGET);
    const one = diagrams.inSet(0, IntervalSet.range(16, 1024, 65535));
    const other = diagrams.inSet(0, IntervalSet.range(16, 1025, 65535));
    const packet = diagrams.somePacket(diagrams.unlike(one, other))!;
    expect(packet).toEqual(packetOf(1024, 16));
    expect(diagrams.somePacket(diagrams.unlike(one, one))).toBeUndefined();
  });

  test('put values through an operation of the caller', () => {
    const diagrams = new Diagrams(BUDGET);
    const plus = {
      code: FIRST_OWN_OPERATION,
      plain: (a: number, b: number) =>
        diagrams.isValue(a) && diagrams.isValue(b)
          ? diagrams.value(diagrams.valueAt(a, new Set()) + diagrams.valueAt(b, new Set()))
          : -1,
    };
    const [a, b] = [diagrams.variable(3), diagrams.variable(4)];
    const sum = diagrams.combine(plus, a, diagrams.combine(plus, b, b));
    expect(diagrams.valuesOf(sum)).toEqual([0, 1, 2, 3]);
    expect(diagrams.where(sum, 3)).toBe(diagrams.when(a, b));
  });

  test('stop where their memory would pass the budget', () => {
    const diagrams = new Diagrams(2 ** 20);
    const fill = () => {
      for (let value = 0; ; value++) diagrams.value(value);
    };
    expect(fill).toThrow(OutOfBudget);
    expect(diagrams.nodeCount * 18).toBeLessThanOrEqual(2 ** 20);
    expect(() => new Diagrams(1000)).toThrow(OutOfBudget);
  });
});
