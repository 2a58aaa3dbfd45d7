/**
 * In which order the rows of two lists meet the same packets. Prefixes hold one another or have nothing in common, so one
 * sweep over both lists, outer prefixes first, finds for each row what is around it and what is inside it.
 */
import { identityOrder, sortedOrder } from '../../../net/word-order.ts';

/** One field of a list's rows: prefixes of IPv4 addresses (length 0: any address), and where each row stands. */
export interface PrefixRows {
  readonly addresses: Uint32Array;
  readonly lengths: Uint8Array;
  /** Ascending. */
  readonly places: Uint32Array;
  /** By address, outer prefixes first. */
  readonly order: Uint32Array;
  /** No row asks for an address. */
  readonly isAny: boolean;
}

export function prefixRows(addresses: Uint32Array, lengths: Uint8Array, places: Uint32Array): PrefixRows {
  const byLength = lengths.every((length) => length === lengths[0])
    ? identityOrder(lengths.length)
    : sortedOrder(Uint32Array.from(lengths), 1);
  const isAny = lengths.every((length) => length === 0);
  return { addresses, lengths, places, order: sortedOrder(addresses, 1, byLength), isAny };
}

/** For each row of each list, 1 where a row of the other list stands before it and has addresses in common with it. */
export interface LaterRows {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

export function laterRows(a: PrefixRows, b: PrefixRows): LaterRows {
  return new Sweep(a, b).run();
}

/** Calls `see` for each row that has addresses in common with a prefix. */
export function forRowsAround(rows: PrefixRows, address: number, length: number, see: (row: number) => void): void {
  const { addresses, lengths, order, isAny } = rows;
  if (length === 0 || isAny) return order.forEach(see);
  const end = lastAddress(address, length);
  for (let at = lowerBound(rows, address); at < order.length && addresses[order[at]!]! <= end; at++) see(order[at]!);
  for (let outer = length - 1; outer >= 0; outer--) {
    const network = outer === 0 ? 0 : (address & -(2 ** (32 - outer))) >>> 0;
    // What begins where the prefix begins has been seen.
    if (network === address) continue;
    for (let at = lowerBound(rows, network); at < order.length && addresses[order[at]!] === network; at++) {
      if (lengths[order[at]!] === outer) see(order[at]!);
    }
  }
}

function lowerBound({ addresses, order }: PrefixRows, address: number): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (addresses[order[middle]!]! < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastAddress(address: number, length: number): number {
  if (length === 32) return address;
  return length === 0 ? 0xffffffff : (address | (0xffffffff >>> length)) >>> 0;
}

/** The prefixes of one list that the sweep is inside of. */
class Around {
  readonly rows: PrefixRows;
  readonly later: Uint8Array;
  /** What is next of the list's own order. */
  next = 0;
  readonly #open: number[] = [];
  readonly #ends: number[] = [];
  /** The first place of those that are open. */
  readonly #first: number[] = [];
  /** The first place of the other list's rows inside. */
  readonly #inside: number[] = [];

  constructor(rows: PrefixRows) {
    this.rows = rows;
    this.later = new Uint8Array(rows.order.length);
  }

  /** The first place of the rows around the place at hand; infinite: there are none. */
  get first(): number {
    return this.#first.at(-1) ?? Infinity;
  }

  enter(row: number): void {
    const { addresses, lengths, places } = this.rows;
    this.#first.push(Math.min(this.first, places[row]!));
    this.#open.push(row);
    this.#ends.push(lastAddress(addresses[row]!, lengths[row]!));
    this.#inside.push(Infinity);
  }

  /** Notes a row of the other list inside all that is open. */
  see(place: number): void {
    const top = this.#inside.length - 1;
    if (top >= 0 && place < this.#inside[top]!) this.#inside[top] = place;
  }

  /** Leaves what ends before an address. */
  leaveBefore(address: number): void {
    while (this.#open.length > 0 && this.#ends.at(-1)! < address) {
      const row = this.#open.pop()!;
      this.#ends.pop();
      this.#first.pop();
      const inside = this.#inside.pop()!;
      if (inside < this.rows.places[row]!) this.later[row] = 1;
      this.see(inside);
    }
  }
}

class Sweep {
  readonly #a: Around;
  readonly #b: Around;

  constructor(a: PrefixRows, b: PrefixRows) {
    this.#a = new Around(a);
    this.#b = new Around(b);
  }

  run(): LaterRows {
    const [a, b] = [this.#a, this.#b];
    while (a.next < a.later.length || b.next < b.later.length) {
      const [own, other] = comesFirst(a, b) ? [a, b] : [b, a];
      const row = own.rows.order[own.next++]!;
      const [address, place] = [own.rows.addresses[row]!, own.rows.places[row]!];
      own.leaveBefore(address);
      other.leaveBefore(address);
      if (other.first < place) own.later[row] = 1;
      other.see(place);
      own.enter(row);
    }
    a.leaveBefore(Infinity);
    b.leaveBefore(Infinity);
    return { a: a.later, b: b.later };
  }
}

function comesFirst(a: Around, b: Around): boolean {
  const [one, other] = [a.rows.order[a.next], b.rows.order[b.next]];
  if (one === undefined || other === undefined) return one !== undefined;
  const [first, second] = [a.rows.addresses[one]!, b.rows.addresses[other]!];
  return first === second ? a.rows.lengths[one]! <= b.rows.lengths[other]! : first < second;
}
