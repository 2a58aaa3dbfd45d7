/**
 * Elements of several parts as products: networks × services × networks, each a conjunction of clauses, no two of which
 * one packet meets.
 */
import type { Interval } from './address-intervals.ts';

/** A part of an element: addresses, or a word that is equal or not. */
export type Part = Interval | string;

export interface Tuple {
  readonly parts: readonly Part[];
  readonly isExcluded: boolean;
}

/** For each part of the elements, what a packet must have one of. */
export type Product = readonly (readonly Part[])[];

/** The products that together are what the elements hold: smaller networks decide before larger ones. */
export function productsOf(tuples: readonly Tuple[]): Product[] {
  const [first] = tuples;
  if (!first) return [];
  const isLast = first.parts.length === 1;
  const groups = new Map<string, { items: Part[]; rests: readonly Tuple[] }>();
  for (const [item, rests] of typeof first.parts[0] === 'string' ? byWord(tuples) : bySegment(tuples)) {
    if (rests.length === 0) continue;
    const key = rests.map((rest) => rest.parts.map(partText).join(',')).join(' ');
    const group = groups.get(key);
    if (group) group.items.push(item);
    else groups.set(key, { items: [item], rests });
  }
  return [...groups.values()].flatMap(({ items, rests }) => {
    const joined = joinNeighbours(items);
    return isLast ? [[joined]] : productsOf(rests).map((rest) => [joined, ...rest]);
  });
}

type Slice = readonly [item: Part, rests: readonly Tuple[]];

function byWord(tuples: readonly Tuple[]): Slice[] {
  const rests = new Map<string, Map<string, Tuple>>();
  for (const tuple of tuples) {
    const word = partText(tuple.parts[0]!);
    const ofWord = rests.get(word) ?? new Map<string, Tuple>();
    rests.set(word, ofWord);
    const rest = restOf(tuple);
    ofWord.set(rest.parts.map(partText).join(','), rest);
  }
  return [...rests].map(([word, all]) => [word, inOrder(all)]);
}

/** The addresses cut where an element begins or ends; of elements with one rest, the smallest network says whether it holds. */
function bySegment(tuples: readonly Tuple[]): Slice[] {
  const size = ({ parts: [part] }: Tuple): bigint => (part as Interval).high - (part as Interval).low;
  const sorted = tuples.toSorted((a, b) => compare((a.parts[0] as Interval).low, (b.parts[0] as Interval).low));
  const bounds = [
    ...new Set(tuples.flatMap(({ parts: [part] }) => [(part as Interval).low, (part as Interval).high + 1n])),
  ];
  bounds.sort(compare);
  const slices: Slice[] = [];
  let [next, open]: [number, Tuple[]] = [0, []];
  for (const [at, low] of bounds.entries()) {
    open = open.filter(({ parts: [part] }) => (part as Interval).high >= low);
    while (next < sorted.length && (sorted[next]!.parts[0] as Interval).low === low) open.push(sorted[next++]!);
    if (open.length === 0) continue;
    const deciding = new Map<string, Tuple>();
    for (const tuple of open.toSorted((a, b) => compare(size(b), size(a)))) {
      deciding.set(tuple.parts.slice(1).map(partText).join(','), tuple);
    }
    const holding = new Map([...deciding].filter(([, { isExcluded }]) => !isExcluded));
    const rests = new Map([...holding].map(([key, tuple]) => [key, restOf(tuple)]));
    slices.push([{ low, high: bounds[at + 1]! - 1n }, inOrder(rests)]);
  }
  return slices;
}

function restOf({ parts, isExcluded }: Tuple): Tuple {
  return { parts: parts.slice(1), isExcluded };
}

function inOrder(rests: ReadonlyMap<string, Tuple>): Tuple[] {
  return [...rests].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, rest]) => rest);
}

/** Intervals that touch are one. */
function joinNeighbours(items: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (typeof item === 'object' && typeof last === 'object' && last.high + 1n === item.low) {
      joined[joined.length - 1] = { low: last.low, high: item.high };
    } else joined.push(item);
  }
  return joined;
}

function partText(part: Part): string {
  return typeof part === 'string' ? part : `${part.low}-${part.high}`;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
