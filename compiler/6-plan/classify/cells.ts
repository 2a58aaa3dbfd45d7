/**
 * Addresses by their upper bits alone: cells, prefixes of one length. A hash table finds a cell at once, however many narrower
 * prefixes the rules name; rules that hold for a part of a cell only ask for the address once more.
 */
import { IntervalSet } from '../../net/interval-set.ts';
import type { Axis } from './axis.ts';
import { Spans } from './cut.ts';
import { ruleOf, settle, type Item } from './item.ts';

/** Both ends included. */
export type Range = readonly [low: number, high: number];

const WIDTH = 32;

/** Prefix lengths of cells that are tried. */
const LENGTHS = [8, 12, 16, 20, 24, 28];

/** The lengths of cells that can tell IPv4 addresses of a range apart. */
export function cellLengths([low, high]: Range): readonly number[] {
  const length = WIDTH - Math.ceil(Math.log2(high - low + 1));
  return LENGTHS.filter((one) => one > length);
}

/** Where the items stand among cells, numbered by their upper bits; `axis` holds wherever an item fills a cell. */
export function cellSpans(axis: Axis, testing: readonly Item[], bit: number, length: number, within: Range): Spans {
  const size = 2 ** (WIDTH - length);
  const spans = new Spans();
  for (const item of testing) {
    const pairs = axis.spans[ruleOf(item)]!;
    // Cells below this one have the item already.
    let next = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      const low = Math.max(within[0], Number(axis.starts[pairs[i]!]!));
      const behind = Math.min(within[1] + 1, Number(axis.starts[pairs[i + 1]!]!));
      if (low >= behind) continue;
      const [first, last] = [Math.floor(low / size), Math.ceil(behind / size)];
      const full = { from: Math.max(next, Math.ceil(low / size)), to: Math.floor(behind / size) };
      const from = Math.max(next, first);
      if (full.from < full.to) {
        spans.add(item, from, full.from);
        spans.add(settle(item, bit), full.from, full.to);
        spans.add(item, full.to, last);
      } else {
        spans.add(item, from, last);
      }
      next = last;
    }
  }
  return spans;
}

/** The addresses of cells, given as pairs of numbers, the second excluded. */
export function cellValues(places: readonly number[], length: number): IntervalSet {
  const size = 2 ** (WIDTH - length);
  const intervals: [number, number][] = [];
  for (let i = 0; i < places.length; i += 2) intervals.push([places[i]! * size, places[i + 1]! * size - 1]);
  return IntervalSet.fromIntervals(WIDTH, intervals);
}
