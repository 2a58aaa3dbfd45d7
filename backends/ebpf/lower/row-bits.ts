/**
 * Rows of bits, a bit for each rule, and behind them numbers that values are given; equal rows are one, so a field has no more of
 * them than it tells rules and numbers apart.
 */

/** Bits of a word as the program reads it; there are two of 32 bits in each. */
export const BITS_OF_WORD = 64;

/** Words that hold a bit for each rule. */
export function wordsFor(rules: number): number {
  return Math.max(1, Math.ceil(rules / BITS_OF_WORD));
}

/** Row numbers are 16 bits wide. */
const MOST_ROWS = 65_536;

/** Thrown where a field needs more rows than can be numbered, or kept. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

export class RowBits {
  readonly rows: Uint32Array[] = [];
  readonly #byHash = new Map<number, number[]>();

  /** The number of the row with these bits, which are copied where there is none yet. */
  numberOf(bits: Uint32Array, hash: number): number {
    const candidates = this.#byHash.get(hash) ?? [];
    for (const candidate of candidates) {
      if (sameBits(this.rows[candidate]!, bits)) return candidate;
    }
    if (this.rows.length >= MOST_ROWS) throw new TooManyRows();
    const number = this.rows.push(bits.slice()) - 1;
    this.#byHash.set(hash, [...candidates, number]);
    return number;
  }

  /**
   * The rows in an order that hangs on their bits alone, and the place of each there, by its number: where the same rows are
   * found at other values, as in a later build whose lists are others, they have the same places.
   */
  inOrder(): { readonly rows: readonly Uint32Array[]; readonly places: Uint16Array } {
    const order = Array.from(this.rows.keys()).toSorted((a, b) => compareBits(this.rows[a]!, this.rows[b]!));
    const places = new Uint16Array(this.rows.length);
    for (const [place, number] of order.entries()) places[number] = place;
    return { rows: order.map((number) => this.rows[number]!), places };
  }
}

/**
 * A row that changes bit by bit; it knows a hash of itself, so that a change costs the same however many rules there are.
 */
export class ChangingRow {
  readonly bits: Uint32Array;
  hash = 0;

  constructor(words: number) {
    this.bits = new Uint32Array(words);
  }

  set(rule: number, holds: boolean): void {
    const bit = (1 << (rule & 31)) >>> 0;
    const word = this.bits[rule >> 5]!;
    if (((word & bit) !== 0) === holds) return;
    this.bits[rule >> 5] = word ^ bit;
    this.hash ^= scrambled(rule);
  }

  /** A whole word, behind those of bits. */
  setNumber(word: number, number: number): void {
    this.hash ^= scrambled(this.bits[word]! ^ scrambled(word)) ^ scrambled(number ^ scrambled(word));
    this.bits[word] = number;
  }
}

/** A number's bits spread over 32 (the finalizer of MurmurHash3). */
function scrambled(value: number): number {
  let hash = value + 1;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function compareBits(a: Uint32Array, b: Uint32Array): number {
  for (let word = 0; word < a.length; word++) {
    if (a[word] !== b[word]) return a[word]! < b[word]! ? -1 : 1;
  }
  return 0;
}

function sameBits(a: Uint32Array, b: Uint32Array): boolean {
  return a.every((word, index) => word === b[index]);
}
