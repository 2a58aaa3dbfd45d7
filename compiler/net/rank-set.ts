/** A set of small numbers that knows its members' neighbours. */

/**
 * A set of integers from 0 to `capacity` − 1: a bit for each, a bit above for each word of 32 that is not zero, and so on
 * up. Every operation looks at no more than two words of each of log32(capacity) levels.
 */
export class RankSet {
  readonly #levels: Uint32Array[] = [];

  constructor(capacity: number) {
    let words = capacity;
    do {
      words = Math.max(1, Math.ceil(words / 32));
      this.#levels.push(new Uint32Array(words));
    } while (words > 1);
  }

  add(rank: number): void {
    let place = rank;
    for (const level of this.#levels) {
      level[place >>> 5]! |= 1 << (place & 31);
      place >>>= 5;
    }
  }

  delete(rank: number): void {
    let place = rank;
    for (const level of this.#levels) {
      level[place >>> 5]! &= ~(1 << (place & 31));
      if (level[place >>> 5] !== 0) {
        return;
      }
      place >>>= 5;
    }
  }

  /** The greatest member below `rank`; −1 where there is none. */
  before(rank: number): number {
    let place = rank;
    for (let depth = 0; depth < this.#levels.length; depth++) {
      const lower = this.#levels[depth]![place >>> 5]! & (2 ** (place & 31) - 1);
      if (lower !== 0) {
        return this.#descend(depth, (place & ~31) | highestBit(lower), highestBit);
      }
      place >>>= 5;
    }
    return -1;
  }

  /** The least member above `rank`; −1 where there is none. */
  after(rank: number): number {
    let place = rank;
    for (let depth = 0; depth < this.#levels.length; depth++) {
      const upper = this.#levels[depth]![place >>> 5]! & ~(2 ** ((place & 31) + 1) - 1);
      if (upper !== 0) {
        return this.#descend(depth, (place & ~31) | lowestBit(upper), lowestBit);
      }
      place >>>= 5;
    }
    return -1;
  }

  /** From a bit on some level down to the member that it stands for. */
  #descend(depth: number, place: number, pick: (word: number) => number): number {
    let member = place;
    for (let d = depth - 1; d >= 0; d--) {
      member = member * 32 + pick(this.#levels[d]![member]!);
    }
    return member;
  }
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
