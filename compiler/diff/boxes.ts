/**
 * A diagram as disjoint boxes: in each, every field has a set of its own, and all packets of the box have one value. Boxes
 * that differ in one field only are joined on the way up, so that few are made.
 */
import type { Diagram, Diagrams } from '../proof/diagrams.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { NotComparable } from './not-comparable.ts';
import { ANY, type SetStore } from './set-store.ts';

/** Variables that are one number, the most significant first. */
export interface Section {
  readonly first: number;
  readonly width: number;
}

export interface Box {
  /** What is alike in all packets of the box; boxes of one kind may be joined. */
  readonly kind: number;
  /** The values of the diagram, ascending: several where boxes of one kind were joined. */
  readonly values: readonly number[];
  /** For each section the number of a set. */
  readonly sets: readonly number[];
}

/** More boxes than this are no answer that a person could read. */
const MOST_BOXES = 20_000;
/** Runs of values of one section, in all. */
const MOST_RUNS = 4_000_000;

export class Boxes {
  readonly #diagrams: Diagrams;
  readonly #sections: readonly Section[];
  readonly #sets: SetStore;
  readonly #kindOf: (value: number) => number;
  readonly #known = new Map<Diagram, readonly Box[]>();
  #runs = 0;

  /** `sections`: in the order of their variables; `kindOf`: what makes values alike. */
  constructor(diagrams: Diagrams, sections: readonly Section[], sets: SetStore, kindOf: (value: number) => number) {
    this.#diagrams = diagrams;
    this.#sections = sections;
    this.#sets = sets;
    this.#kindOf = kindOf;
  }

  /** The packets for which the diagram is something. Throws `NotComparable` where there are too many boxes. */
  of(diagram: Diagram): readonly Box[] {
    let boxes = this.#known.get(diagram);
    if (!boxes) this.#known.set(diagram, (boxes = this.#make(diagram)));
    return boxes;
  }

  #make(diagram: Diagram): readonly Box[] {
    const diagrams = this.#diagrams;
    if (diagrams.isValue(diagram)) {
      const value = diagrams.valueAt(diagram, NO_PACKET);
      if (value === 0) return [];
      return [{ kind: this.#kindOf(value), values: [value], sets: this.#sections.map(() => ANY) }];
    }
    const level = diagrams.levelOf(diagram);
    const at = this.#sections.findLastIndex(({ first }) => first <= level);
    const parts: Box[] = [];
    for (const [exit, set] of this.#exits(diagram, this.#sections[at]!)) {
      const number = this.#sets.numberOf(set);
      for (const box of this.of(exit)) parts.push({ ...box, sets: box.sets.with(at, number) });
    }
    const boxes = joinedIn(at, parts, this.#sets);
    if (boxes.length > MOST_BOXES) throw new NotComparable(`they differ in more than ${MOST_BOXES} regions`);
    return boxes;
  }

  /** Where the section's values lead, and which lead there. */
  #exits(diagram: Diagram, { first, width }: Section): ReadonlyMap<Diagram, IntervalSet> {
    const diagrams = this.#diagrams;
    const runs = new Map<Diagram, [bigint, bigint][]>();
    const visit = (node: Diagram, bit: number, low: bigint): void => {
      const level = diagrams.levelOf(node);
      const size = 1n << BigInt(width - bit);
      if (level >= first + width) {
        const list = runs.get(node);
        const last = list?.at(-1);
        if (last && last[1] + 1n === low) last[1] = low + size - 1n;
        else if (list) list.push([low, low + size - 1n]);
        else runs.set(node, [[low, low + size - 1n]]);
        if (++this.#runs > MOST_RUNS) throw new NotComparable('they differ in too many places to be listed');
        return;
      }
      const isAsked = level === first + bit;
      const [zero, one] = isAsked ? diagrams.branches(node) : [node, node];
      visit(zero, bit + 1, low);
      visit(one, bit + 1, low + (size >> 1n));
    };
    visit(diagram, 0, 0n);
    return new Map(
      [...runs].map(([exit, list]) => {
        const ends = list.map(([low, high]) =>
          width > 32 ? ([low, high] as const) : ([Number(low), Number(high)] as const),
        );
        return [exit, IntervalSet.fromIntervals(width, ends)];
      }),
    );
  }
}

/** Boxes of one kind that are alike in all other sections become one. */
function joinedIn(at: number, boxes: readonly Box[], sets: SetStore): readonly Box[] {
  const groups = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = `${box.kind}:${box.sets.with(at, ANY).join()}`;
    const group = groups.get(key);
    if (group) group.push(box);
    else groups.set(key, [box]);
  }
  if (groups.size === boxes.length) return boxes;
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (group.length === 1) return first!;
    const joined = sets.union(group.map((box) => box.sets[at]!));
    const values = [...new Set(group.flatMap((box) => box.values))].toSorted((a, b) => a - b);
    return { kind: first!.kind, values, sets: first!.sets.with(at, joined) };
  });
}

/** Joined until no two boxes can be: section by section, in their order, again and again. */
export function irreducible(boxes: readonly Box[], sections: readonly number[], sets: SetStore): readonly Box[] {
  let joined = boxes;
  let before: number;
  do {
    before = joined.length;
    joined = sections.reduce((all, at) => joinedIn(at, all, sets), joined);
  } while (joined.length < before);
  return joined;
}

const NO_PACKET: ReadonlySet<number> = new Set();
