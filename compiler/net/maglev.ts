/**
 * Maglev's lookup table: hashes of flows to backends, evenly, and with few changes when a backend comes or goes
 * (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4).
 */
import { jhash } from './jhash.ts';

/** A backend: what tells it from others, and its share. */
export interface MaglevBackend {
  /** What its places in the table follow from: an address, say. No two backends have the same. */
  readonly name: string;
  /** Its share in proportion to the other weights: an integer from 0 (no share) to 65,535. */
  readonly weight: number;
}

// The seeds of the two hashes. Part of what a table is: another seed is another table.
const OFFSET_SEED = 0x6d61676c;
const SKIP_SEED = 0x65762121;

/** Thrown for backends and sizes of which no table can be made. */
export class MaglevError extends RangeError {
  override readonly name = 'MaglevError';
}

/**
 * The table: for each of `size` entries the index of its backend in `backends`. The size must be prime, so that each
 * backend's permutation reaches every entry, and not below the number of backends with a share.
 *
 * The table follows from the names, weights and size alone: backends take turns in the order of their names' UTF-8 bytes,
 * whatever their order in `backends`. With h(seed) = jhash(name in UTF-8, seed), a backend's permutation is
 * (offset + j · skip) mod size for j = 0, 1, …, where offset = h(0x6d61676c) mod size and
 * skip = h(0x65762121) mod (size − 1) + 1. In each round, a backend takes its next free entry if its weight times the
 * rounds so far has reached the greatest weight times the entries it has; so in round one each with a share takes one,
 * and shares follow the weights. With equal weights, no two backends differ by more than one entry.
 *
 * Throws a MaglevError for a size that is not prime or too small, weights out of range, names that occur twice, and where
 * no backend has a share.
 */
export function maglevTable(backends: readonly MaglevBackend[], size: number): Uint32Array {
  const turns = takingTurns(backends);
  requireSize(size, turns.length);
  const greatest = turns.reduce((most, turn) => Math.max(most, turn.weight), 0);
  const offsets = Uint32Array.from(turns, ({ bytes }) => jhash(bytes, OFFSET_SEED) % size);
  const skips = Uint32Array.from(turns, ({ bytes }) => (jhash(bytes, SKIP_SEED) % (size - 1)) + 1);
  const taken = new Uint32Array(turns.length);
  const next = offsets;
  const table = new Uint32Array(size);
  const isTaken = new Uint8Array(size);
  let free = size;
  for (let round = 1; ; round++) {
    for (let i = 0; i < turns.length; i++) {
      if (round * turns[i]!.weight < taken[i]! * greatest) {
        continue;
      }
      let entry = next[i]!;
      while (isTaken[entry] === 1) {
        entry = (entry + skips[i]!) % size;
      }
      next[i] = (entry + skips[i]!) % size;
      isTaken[entry] = 1;
      table[entry] = turns[i]!.index;
      taken[i]!++;
      free--;
      if (free === 0) {
        return table;
      }
    }
  }
}

interface Turn {
  readonly index: number;
  readonly weight: number;
  readonly bytes: Uint8Array;
}

/** The backends that have a share, in the order in which they take turns. */
function takingTurns(backends: readonly MaglevBackend[]): Turn[] {
  const encoder = new TextEncoder();
  const turns: Turn[] = [];
  backends.forEach(({ name, weight }, index) => {
    if (!Number.isInteger(weight) || weight < 0 || weight > 0xffff) {
      throw new MaglevError(`backend ${name} has weight ${weight}; a weight is an integer from 0 to 65,535`);
    }
    turns.push({ index, weight, bytes: encoder.encode(name) });
  });
  turns.sort((a, b) => compareBytes(a.bytes, b.bytes));
  for (let i = 1; i < turns.length; i++) {
    if (compareBytes(turns[i - 1]!.bytes, turns[i]!.bytes) === 0) {
      throw new MaglevError(`two backends are called ${backends[turns[i]!.index]!.name}`);
    }
  }
  return turns.filter((turn) => turn.weight > 0);
}

function requireSize(size: number, backendCount: number): void {
  if (backendCount === 0) {
    throw new MaglevError('no backend has a weight above 0');
  }
  if (!isPrime(size)) {
    throw new MaglevError(`the size of a Maglev table must be prime, which ${size} is not`);
  }
  if (size < backendCount) {
    throw new MaglevError(`a Maglev table of ${size} entries has no room for ${backendCount} backends`);
  }
}

/** Whether a number is a prime; by trial division, for sizes of tables. */
export function isPrime(number: number): boolean {
  if (!Number.isInteger(number) || number < 2) {
    return false;
  }
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) {
      return false;
    }
  }
  return true;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] !== b[i]) {
      return a[i]! - b[i]!;
    }
  }
  return a.length - b.length;
}
