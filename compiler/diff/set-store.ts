/** Sets of numbers, each kept once: equal sets have equal numbers. 0 stands for all values that there can be. */
import { IntervalSet } from '../net/interval-set.ts';

export const ANY = 0;

/** Sets of numbers by their own. */
export class SetStore {
  readonly #sets: (IntervalSet | undefined)[] = [undefined];
  readonly #byHash = new Map<string, number[]>();

  /** `ANY` where the set has all values of its width. */
  numberOf(set: IntervalSet): number {
    if (set.isFull()) return ANY;
    const hash = `${set.width} ${set.fingerprint()}`;
    let numbers = this.#byHash.get(hash);
    if (!numbers) this.#byHash.set(hash, (numbers = []));
    const known = numbers.find((number) => this.#sets[number]!.equals(set));
    if (known !== undefined) return known;
    const number = this.#sets.push(set) - 1;
    numbers.push(number);
    return number;
  }

  /** Not to be asked of `ANY`. */
  of(number: number): IntervalSet {
    return this.#sets[number]!;
  }

  union(numbers: readonly number[]): number {
    if (numbers.includes(ANY)) return ANY;
    const [first] = numbers;
    if (first === undefined) throw new RangeError('a union of nothing');
    const { width } = this.of(first);
    return numbers.length === 1
      ? first
      : this.numberOf(
          IntervalSet.unionOf(
            width,
            numbers.map((number) => this.of(number)),
          ),
        );
  }
}
