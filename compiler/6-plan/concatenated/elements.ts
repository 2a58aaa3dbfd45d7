/** Elements of a table that is looked up at once: no packet is in two of them, so that their order counts for nothing. */
import { rangeToPrefixes, prefixEntries } from '../../net/prefixes.ts';
import type { Value } from '../../net/words.ts';
import type { Box, Interval, Part } from './key-boxes.ts';

export interface Element {
  readonly box: Box;
  /** The number of the rule that it is from. */
  readonly rule: number;
}

/** Takes the boxes of one rule after another. */
export interface ElementList {
  readonly elements: readonly Element[];
  /**
   * Adds what of a rule's boxes no earlier element has: the earlier rule stands. False, and nothing is added, where that
   * would be too much; or with `whole`, where an earlier element has a part of them.
   */
  add(rule: number, boxes: readonly Box[], whole: boolean): boolean;
}

/** Elements of whole values (or of prefixes of one length each), found by their beginnings. */
export class WholeElements implements ElementList {
  readonly elements: Element[] = [];
  readonly #known = new Set<string>();

  add(rule: number, boxes: readonly Box[], whole: boolean): boolean {
    const keyed = boxes.map((box) => ({ box, key: box.map(([low]) => low).join() }));
    if (whole && keyed.some(({ key }) => this.#known.has(key))) return false;
    for (const { box, key } of keyed) {
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.elements.push({ box, rule });
    }
    return true;
  }
}

/** More elements than this are slower than any tree, and each is compared with all. */
export const MOST_INTERVALS = 2048;
/** More pieces than this are no few elements for one rule. */
const MOST_PIECES = 64;

/** Elements of intervals. */
export class IntervalElements implements ElementList {
  readonly elements: Element[] = [];
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  add(rule: number, boxes: readonly Box[], whole: boolean): boolean {
    const met = this.elements.filter(({ box }) => boxes.some((own) => meet(own, box)));
    if (whole && met.length > 0) return false;
    let left = boxes;
    for (const { box: earlier } of met) {
      left = left.flatMap((box) => without(box, earlier));
      if (left.length > MOST_PIECES) return false;
    }
    const pieces = left.flatMap((box) => this.#withPrefixes(box));
    if (pieces.length > MOST_PIECES || this.elements.length + pieces.length > MOST_INTERVALS) return false;
    for (const box of pieces) this.elements.push({ box, rule });
    return true;
  }

  /** What is left of addresses may be no prefixes, which columns hold. */
  #withPrefixes(box: Box): Box[] {
    return box.reduce<Box[]>(
      (all, interval, at) => {
        const part = this.#parts[at]!;
        const intervals = part === 'source' || part === 'destination' ? prefixesOf(interval) : [interval];
        return all.flatMap((left) => intervals.map((one) => [...left, one]));
      },
      [[]],
    );
  }
}

function prefixesOf([low, high]: Interval): Interval[] {
  const width = typeof low === 'number' ? 32 : 128;
  return Array.from(prefixEntries(rangeToPrefixes(width, low, high)), ([address, length]): Interval => {
    if (typeof address === 'number') return [address, address + 2 ** (32 - length) - 1];
    return [address, address + (1n << BigInt(128 - length)) - 1n];
  });
}

function meet(a: Box, b: Box): boolean {
  return a.every(([low, high], at) => low <= b[at]![1] && b[at]![0] <= high);
}

/** The first box without the second, in pieces that do not meet. */
function without(box: Box, other: Box): Box[] {
  if (!meet(box, other)) return [box];
  const pieces: Box[] = [];
  const left = [...box];
  for (const [at, [otherLow, otherHigh]] of other.entries()) {
    const [low, high] = left[at]!;
    if (low < otherLow) pieces.push(left.with(at, [low, neighbour(otherLow, -1)]));
    if (high > otherHigh) pieces.push(left.with(at, [neighbour(otherHigh, 1), high]));
    left[at] = [low < otherLow ? otherLow : low, high > otherHigh ? otherHigh : high];
  }
  return pieces;
}

function neighbour(value: Value, step: 1 | -1): Value {
  return typeof value === 'number' ? value + step : value + BigInt(step);
}
