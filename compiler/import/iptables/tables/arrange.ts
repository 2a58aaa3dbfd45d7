/**
 * Rules of one class together, wherever they stand. Two rules whose order changes must commute: they decide the same, or no
 * packet meets both. Rows for which that does not hold become a class of their own behind what stands between.
 */
import { laterRows } from './overlaps.ts';
import { commute, rowsMeeting, type Unit } from './units.ts';

/** Cuts rows out of a class: a class again where they are many, rules by themselves where they are few. */
export type Cut = (unit: Unit, isKept: (row: number) => boolean) => readonly Unit[];

/** So often classes are cut before they are given up. */
const MOST_CUTS = 64;
/** So many rules by themselves are looked at in detail for each class. */
const MOST_MEETINGS = 20_000;

/** The units in an order that means what the order of their entries means; some are cut where there is none. */
export function arrange(units: readonly Unit[], cut: Cut): readonly Unit[] {
  let current = units;
  for (let cuts = 0; ; cuts++) {
    const result = new Arrangement(current).run(cuts >= MOST_CUTS);
    if ('order' in result) return result.order;
    const { unit, isKept } = result;
    current = current.flatMap((one) => (one === unit ? cut(unit, isKept) : [one]));
  }
}

/** A class that has to be cut first. */
interface Cutting {
  readonly unit: Unit;
  readonly isKept: (row: number) => boolean;
}

type Result = { readonly order: readonly Unit[] } | Cutting;

interface ClassNode {
  readonly unit: Unit;
  /** The last of the single rules that must come before, the first that must come behind. */
  behind: number;
  before: number;
  readonly classesBefore: Set<ClassNode>;
  isDone: boolean;
}

class Arrangement {
  readonly #single: readonly Unit[];
  readonly #nodes: readonly ClassNode[];

  constructor(units: readonly Unit[]) {
    this.#single = units.filter(({ isClass }) => !isClass).toSorted((a, b) => a.first - b.first);
    this.#nodes = units
      .filter(({ isClass }) => isClass)
      .toSorted((a, b) => a.first - b.first)
      .map((unit) => ({ unit, behind: -1, before: Infinity, classesBefore: new Set(), isDone: false }));
  }

  /** `isLast`: what is stuck goes into rules by themselves. */
  run(isLast: boolean): Result {
    for (const node of this.#nodes) {
      const later = this.#placeAmongSingle(node);
      if (later) return isLast ? dissolve(node.unit) : later;
    }
    for (const [at, node] of this.#nodes.entries()) {
      for (const other of this.#nodes.slice(0, at)) {
        const later = relate(other, node);
        if (later) return isLast ? dissolve(later.unit) : later;
      }
    }
    return this.#sort(isLast);
  }

  /** Where the class can stand among the rules by themselves; which rows have to go behind one, where it cannot. */
  #placeAmongSingle(node: ClassNode): Cutting | undefined {
    const { unit } = node;
    const later = new Set<number>();
    let meetings = 0;
    for (const [index, rule] of this.#single.entries()) {
      if (commute(unit, rule)) continue;
      if (rule.first < unit.first) node.behind = index;
      else if (rule.first > unit.last) {
        if (index < node.before) node.before = index;
      } else if (++meetings > MOST_MEETINGS) return dissolve(unit);
      else this.#placeAround(node, index, rule, later);
    }
    if (later.size > 0) return { unit, isKept: (row) => !later.has(row) };
    if (node.behind < node.before) return undefined;
    const { first } = this.#single[node.before]!;
    return { unit, isKept: (row) => unit.places[row]! < first };
  }

  #placeAround(node: ClassNode, index: number, rule: Unit, later: Set<number>): void {
    const { places } = node.unit;
    const met = rowsMeeting(node.unit, rule);
    const behind = met.filter((row) => places[row]! > rule.first);
    if (behind.length === met.length) {
      if (met.length > 0) node.behind = index;
    } else if (behind.length === 0) {
      if (index < node.before) node.before = index;
    } else for (const row of behind) later.add(row);
  }

  /** Takes the one that stands first in the dump of all that can stand next. */
  #sort(isLast: boolean): Result {
    const order: Unit[] = [];
    let next = 0;
    for (;;) {
      const single = this.#single[next];
      const waiting = this.#nodes.filter(({ isDone }) => !isDone);
      if (!single && waiting.length === 0) return { order };
      const ready = waiting.find(({ behind, classesBefore }) => behind < next && [...classesBefore].every(isDoneNode));
      const isFree = single !== undefined && waiting.every(({ before }) => before > next);
      if (single && isFree && !(ready && ready.unit.first < single.first)) {
        order.push(single);
        next++;
      } else if (ready) {
        order.push(ready.unit);
        ready.isDone = true;
      } else {
        const { unit } = waiting.toSorted((a, b) => a.unit.places.length - b.unit.places.length)[0]!;
        return isLast ? dissolve(unit) : halve(unit);
      }
    }
  }
}

function isDoneNode({ isDone }: ClassNode): boolean {
  return isDone;
}

/** Notes which of two classes goes first; which rows have to be cut out, where neither can. */
function relate(a: ClassNode, b: ClassNode): Cutting | undefined {
  if (commute(a.unit, b.unit)) return undefined;
  const from = laterRows(a.unit.rows('from'), b.unit.rows('from'));
  const to = laterRows(a.unit.rows('to'), b.unit.rows('to'));
  const [lateA, lateB] = [lateRows(a.unit, from.a, to.a), lateRows(b.unit, from.b, to.b)];
  if (lateA.count > 0 && lateB.count > 0) return cutOneOf(lateA, lateB);
  if (lateA.count > 0) a.classesBefore.add(b);
  if (lateB.count > 0) b.classesBefore.add(a);
  return undefined;
}

/** The rows of a class that stand behind a row of another class for the same packets. */
interface LateRows {
  readonly unit: Unit;
  readonly isLate: Uint8Array;
  readonly count: number;
}

function lateRows(unit: Unit, from: Uint8Array, to: Uint8Array): LateRows {
  const isLate = from.map((late, row) => late & to[row]!);
  return { unit, isLate, count: isLate.reduce((sum, late) => sum + late, 0) };
}

/** The one whose later rows are fewer loses them. */
function cutOneOf(a: LateRows, b: LateRows): Cutting {
  const [fewest] = [a, b]
    .filter(({ unit, count }) => count < unit.places.length)
    .toSorted((one, other) => one.count - other.count);
  if (!fewest) return halve(a.unit.places.length < b.unit.places.length ? b.unit : a.unit);
  return { unit: fewest.unit, isKept: (row) => fewest.isLate[row] === 0 };
}

function halve(unit: Unit): Cutting {
  const half = unit.places.length >>> 1;
  return { unit, isKept: (row) => row < half };
}

function dissolve(unit: Unit): Cutting {
  return { unit, isKept: () => false };
}
