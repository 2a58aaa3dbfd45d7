/** Counters by number, each once however many rules count in it. */
import type { Effect } from '../../../compiler/model/index.ts';

export class Counters {
  readonly #numbers = new Map<string, number>();

  /** The number of the counter that an effect counts in; those that do not count are refused before. */
  numberOf(effect: Effect): number {
    if (effect.kind !== 'count' || effect.counter.kind !== 'named') {
      throw new Error(`XDP has been given an effect of ${effect.kind}, which it refuses`);
    }
    const { name } = effect.counter;
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#numbers.size));
    return number;
  }

  /** By number. */
  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}
