/**
 * Where the language leaves something open (a port from a range, a draw), every answer is allowed. A packet's way is
 * walked once for each combination of answers; what is walked asks here at each such point.
 */
import type { Observation } from './observation.ts';

/** A value to be chosen: what is allowed, what to try, and how to tell from what happened which one it was. */
export interface Pick {
  readonly allows: (value: bigint) => boolean;
  /** Values to walk the way with; at least one. */
  readonly examples: readonly bigint[];
  readonly observedIn: (observation: Observation) => bigint | undefined;
}

/** The kernel's clock is not ours: so close to the end of something, in milliseconds, both answers are allowed. */
export const CLOCK_SLACK = 1000;

export class Choices {
  readonly #script: readonly number[];
  readonly #observation: Observation | undefined;
  readonly #taken: { option: number; of: number }[] = [];
  readonly #remembered = new Map<object, boolean>();
  #picked = false;
  #leftToClock = false;

  constructor(script: readonly number[] = [], observation?: Observation) {
    this.#script = script;
    this.#observation = observation;
  }

  /** Both answers are allowed. */
  either(): boolean {
    return this.#next(2) === 0;
  }

  /** Both are allowed, but asked again about the same thing the answer is the same. */
  eitherOnce(about: object): boolean {
    const known = this.#remembered.get(about);
    if (known !== undefined) return known;
    const answer = this.either();
    this.#remembered.set(about, answer);
    return answer;
  }

  /** As `eitherOnce`, where only the kernel's clock knows the answer. */
  byClock(about: object): boolean {
    this.#leftToClock = true;
    return this.eitherOnce(about);
  }

  /** A value: the one observed where that is known and allowed, else an example. */
  pick(pick: Pick): bigint {
    this.#picked = true;
    const observed = this.#observation === undefined ? undefined : pick.observedIn(this.#observation);
    const option = this.#next(pick.examples.length);
    if (observed !== undefined && pick.allows(observed)) return observed;
    return pick.examples[option] ?? 0n;
  }

  /** Whether a value was picked, so that an observation may tell more. */
  get picked(): boolean {
    return this.#picked;
  }

  /** Whether the kernel's clock was asked. */
  get leftToClock(): boolean {
    return this.#leftToClock;
  }

  get script(): readonly number[] {
    return this.#taken.map(({ option }) => option);
  }

  /** The answers for the next walk: the last that can be another one is; undefined after the last combination. */
  nextScript(): readonly number[] | undefined {
    for (let i = this.#taken.length - 1; i >= 0; i--) {
      const { option, of } = this.#taken[i]!;
      if (option + 1 < of) return [...this.script.slice(0, i), option + 1];
    }
    return undefined;
  }

  #next(of: number): number {
    const option = this.#script[this.#taken.length] ?? 0;
    this.#taken.push({ option, of });
    return option;
  }
}

/** Walks once for each combination of answers. */
export function explore<Result>(walk: (choices: Choices) => Result): Result[] {
  const results: Result[] = [];
  for (let script: readonly number[] | undefined = []; script !== undefined;) {
    const choices: Choices = new Choices(script);
    results.push(walk(choices));
    script = choices.nextScript();
  }
  return results;
}
