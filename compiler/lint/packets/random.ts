/** Which of several it shall be. */
export interface Choices {
  /** An integer from 0 to `count` − 1. */
  below(count: number): number;
  /** A bigint from 0 to `count` − 1. */
  belowBig(count: bigint): bigint;
}

/** The first of all. */
export const FIRST: Choices = { below: () => 0, belowBig: () => 0n };

/** Numbers that look drawn, and are the same in every run: who lints twice reads the same. */
export class Draws implements Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** An integer from 0 to `count` − 1 (Marsaglia, "Xorshift RNGs", 2003). */
  below(count: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % count;
  }

  /** A bigint from 0 to `count` − 1, a little less likely at the end. */
  belowBig(count: bigint): bigint {
    let value = 0n;
    for (let left = count; left > 0n; left >>= 32n) value = (value << 32n) | BigInt(this.below(2 ** 32));
    return value % count;
  }
}
