/** Cutting rules along an axis: which rules the values of each segment can meet. */
import type { Axis } from './axis.ts';

/** Segments whose values meet the same rules. */
export interface Part {
  /** Pairs of segments, the second excluded, ascending and apart. */
  readonly segments: number[];
  /** Those of the rules asked for that hold these values, ascending. */
  readonly members: readonly number[];
}

/**
 * The parts that rules along an axis make, in the segments from `from` up to `to` (excluded); undefined where they would name
 * rules more than `mostNames` times. `testing` are numbers of rules that test the axis, ascending.
 */
export function cut(
  axis: Axis,
  testing: readonly number[],
  mostNames: number,
  from = 0,
  to = axis.starts.length,
): Part[] | undefined {
  const events = eventsOf(axis, testing, from, to);
  const parts = new Map<string, Part>();
  const active: number[] = [];
  let names = 0;
  for (let i = 0; i < events.length;) {
    const at = events[i]!.segment;
    for (; i < events.length && events[i]!.segment === at; i++) toggle(active, events[i]!.rule);
    if (active.length === 0 || i === events.length) continue;
    const key = active.join();
    let part = parts.get(key);
    if (!part) {
      names += active.length;
      if (names > mostNames) return undefined;
      parts.set(key, (part = { segments: [], members: [...active] }));
    }
    const next = events[i]!.segment;
    if (part.segments.at(-1) === at) part.segments[part.segments.length - 1] = next;
    else part.segments.push(at, next);
  }
  return [...parts.values()];
}

interface Event {
  readonly segment: number;
  readonly rule: number;
}

/** Where the rules' spans begin and end. */
function eventsOf(axis: Axis, testing: readonly number[], from: number, to: number): Event[] {
  const events: Event[] = [];
  for (const rule of testing) {
    const span = axis.spans[rule]!;
    for (let i = 0; i < span.length; i += 2) {
      const [low, high] = [Math.max(from, span[i]!), Math.min(to, span[i + 1]!)];
      if (low < high) events.push({ segment: low, rule }, { segment: high, rule });
    }
  }
  return events.toSorted((a, b) => a.segment - b.segment);
}

/** Adds the rule to an ascending list, or takes it out. */
function toggle(list: number[], rule: number): void {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]! < rule) from = middle + 1;
    else to = middle;
  }
  if (list[from] === rule) list.splice(from, 1);
  else list.splice(from, 0, rule);
}
