/**
 * A field along which rules can be told apart, in segments: between two neighbouring ends of the rules' intervals, all values
 * meet the same rules. Segments are small integers whatever the field's width.
 */
import { IntervalSet } from '../../net/interval-set.ts';
import type { SwitchField } from '../plan.ts';

/** Ends of the field's values: numbers up to 32 bits, bigints above. */
type End = number | bigint;

export interface Axis {
  readonly field: SwitchField;
  /** See `Switch`. */
  readonly label: string;
  readonly width: number;
  /** Where segments begin, ascending. Behind the last one no rule has a value. */
  readonly starts: readonly End[];
  /** Each rule's segments as pairs, the second excluded, ascending and apart; undefined: it does not test the field. */
  readonly spans: readonly (Int32Array | undefined)[];
}

/** The axis of a field; `sets` are what the rules want of it. `edges` are further places where a segment begins. */
export function axisOf(
  field: SwitchField,
  label: string,
  width: number,
  sets: readonly (IntervalSet | undefined)[],
  edges: readonly End[] = [],
): Axis {
  const ends = new Set<End>(edges);
  for (const set of sets) {
    if (!set) continue;
    for (let i = 0; i < set.intervalCount; i++) {
      ends.add(set.lowAt(i));
      ends.add(successor(set.highAt(i)));
    }
  }
  const starts = [...ends].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const numberOf = new Map(starts.map((start, index) => [start, index]));
  const spans = sets.map((set) => {
    if (!set) return undefined;
    const pairs = new Int32Array(set.intervalCount * 2);
    for (let i = 0; i < set.intervalCount; i++) {
      pairs[2 * i] = numberOf.get(set.lowAt(i))!;
      pairs[2 * i + 1] = numberOf.get(successor(set.highAt(i)))!;
    }
    return pairs;
  });
  return { field, label, width, starts, spans };
}

function successor(end: End): End {
  return typeof end === 'number' ? end + 1 : end + 1n;
}

/** The values of segments, given as pairs; `offset` is subtracted and `width` is then the field's. */
export function valuesOf(axis: Axis, pairs: readonly number[], width = axis.width, offset = 0): IntervalSet {
  const intervals: [End, End][] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const [low, high] = [axis.starts[pairs[i]!]!, axis.starts[pairs[i + 1]!]!];
    intervals.push(
      typeof low === 'number' && typeof high === 'number'
        ? [low - offset, high - offset - 1]
        : [low, BigInt(high) - 1n],
    );
  }
  return IntervalSet.fromIntervals(width, intervals);
}

/** The number of the first segment that begins at `end` or above. */
export function segmentAt(axis: Axis, end: End): number {
  let from = 0;
  let to = axis.starts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (axis.starts[middle]! < end) from = middle + 1;
    else to = middle;
  }
  return from;
}
