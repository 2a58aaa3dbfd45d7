/** Cutting rules along a field: which of them the values at each place can meet. */
import { ITEMS, type Item } from './item.ts';

/** Places whose values meet the same rules. */
export interface Part {
  /** Pairs of places, the second excluded, ascending and apart. */
  readonly places: number[];
  /** Ascending. */
  readonly members: readonly Item[];
}

/** Where items stand on a line of numbered places. */
export class Spans {
  /** Begins and ends, which need no telling apart: place × `ITEMS` + item. */
  readonly #ends: number[] = [];

  /** The item stands from `from` up to `to` (excluded), where it does not stand yet. */
  add(item: Item, from: number, to: number): void {
    if (from < to) this.#ends.push(from * ITEMS + item, to * ITEMS + item);
  }

  /** The parts that the items make; undefined where they would name items more than `mostNames` times. */
  parts(mostNames: number): Part[] | undefined {
    const ends = Float64Array.from(this.#ends).toSorted();
    const placeAt = (index: number) => Math.floor(ends[index]! / ITEMS);
    const parts = new PartList();
    const active: Item[] = [];
    let hash = 0;
    for (let i = 0; i < ends.length;) {
      const place = placeAt(i);
      for (; i < ends.length && placeAt(i) === place; i++) {
        const item = ends[i]! - place * ITEMS;
        toggle(active, item);
        hash ^= Math.imul(item, 0x9e3779b1) ^ (Math.imul(item, 0x85ebca6b) >>> 13);
      }
      if (active.length === 0 || i === ends.length) continue;
      const { places } = parts.of(hash, active);
      if (parts.names > mostNames) return undefined;
      const next = placeAt(i);
      if (places.at(-1) === place) places[places.length - 1] = next;
      else places.push(place, next);
    }
    return parts.all;
  }
}

/** Parts by what is in them. */
class PartList {
  readonly all: Part[] = [];
  readonly #byHash = new Map<number, Part[]>();
  /** Members of all parts. */
  names = 0;

  /** The part with these members; `hash` is equal for equal ones. */
  of(hash: number, members: readonly Item[]): Part {
    let alike = this.#byHash.get(hash);
    if (!alike) this.#byHash.set(hash, (alike = []));
    const known = alike.find((part) => sameItems(part.members, members));
    if (known) return known;
    const part: Part = { places: [], members: [...members] };
    alike.push(part);
    this.all.push(part);
    this.names += members.length;
    return part;
  }
}

function sameItems(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Adds the item to an ascending list, or takes it out. */
function toggle(list: Item[], item: Item): void {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]! < item) from = middle + 1;
    else to = middle;
  }
  if (list[from] === item) list.splice(from, 1);
  else list.splice(from, 0, item);
}
