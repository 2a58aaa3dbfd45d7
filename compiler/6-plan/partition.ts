/** Overlapping sets of one field cut into disjoint ones, by which of the sets their values are in. */
import { IntervalSet } from '../net/interval-set.ts';

export interface Part {
  readonly values: IntervalSet;
  /** Ascending numbers of the sets that hold exactly these values. */
  readonly members: readonly number[];
}

/**
 * The parts of the union of `sets`. Undefined where the parts together would name sets more than `mostMembers` times:
 * then a list is shorter than its cases.
 */
export function partition(sets: readonly IntervalSet[], mostMembers: number): Part[] | undefined {
  const { width } = sets[0]!;
  const edges = edgesOf(sets);
  const bySignature = new Map<string, { intervals: [bigint, bigint][]; members: number[] }>();
  const active = new Set<number>();
  let total = 0;
  for (let i = 0; i < edges.length; i++) {
    const { at, starts, ends } = edges[i]!;
    for (const set of ends) active.delete(set);
    for (const set of starts) active.add(set);
    if (active.size === 0) continue;
    const members = [...active].toSorted((a, b) => a - b);
    const signature = members.join(',');
    let part = bySignature.get(signature);
    if (!part) {
      bySignature.set(signature, (part = { intervals: [], members }));
      total += members.length;
      if (total > mostMembers) return undefined;
    }
    part.intervals.push([at, edges[i + 1]!.at - 1n]);
  }
  return [...bySignature.values()].map(({ intervals, members }) => ({
    values: IntervalSet.fromIntervals(
      width,
      intervals.map(([low, high]) => (width > 32 ? [low, high] : [Number(low), Number(high)])),
    ),
    members,
  }));
}

interface Edge {
  readonly at: bigint;
  readonly starts: number[];
  readonly ends: number[];
}

/** Where sets begin and end, ascending; a set ends at the first value that it lacks. */
function edgesOf(sets: readonly IntervalSet[]): Edge[] {
  const byPlace = new Map<bigint, Edge>();
  const edge = (at: bigint): Edge => {
    let found = byPlace.get(at);
    if (!found) byPlace.set(at, (found = { at, starts: [], ends: [] }));
    return found;
  };
  sets.forEach((set, index) => {
    for (const [low, high] of set.bigintIntervals()) {
      edge(low).starts.push(index);
      edge(high + 1n).ends.push(index);
    }
  });
  return [...byPlace.values()].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
