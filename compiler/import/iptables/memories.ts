/** Lists that rules write and read while packets pass (`recent`, sets): memories of the policy. */
import { Names } from './write/names.ts';

interface MemoryUse {
  readonly list: string;
  /** In seconds; undefined: entries stay. */
  readonly seconds: number | undefined;
  readonly name: string;
}

/** Entries of one list that are asked for by different ages are memories of their own, all written together. */
export class Memories {
  readonly #ages = new Map<string, Set<number>>();
  readonly #translated = new Set<string>();
  readonly #names: Names;

  /** `taken` are names that no memory may have. */
  constructor(taken: Iterable<string>) {
    this.#names = new Names(taken);
  }

  /** Notes that some rule asks the list for entries not older than `seconds`. */
  note(list: string, seconds: number | undefined): void {
    const ages = this.#ages.get(list) ?? new Set<number>();
    if (seconds !== undefined) ages.add(seconds);
    else ages.add(0);
    this.#ages.set(list, ages);
  }

  /** Notes that some rule writes the list. */
  noteList(list: string): void {
    if (!this.#ages.has(list)) this.#ages.set(list, new Set());
  }

  /** True the first time that it is asked about a list. */
  isFirstUse(list: string): boolean {
    if (this.#translated.has(list)) return false;
    this.#translated.add(list);
    return true;
  }

  /** The memory that holds the list's entries up to an age. */
  of(list: string, seconds: number | undefined): string {
    const ages = this.#ages.get(list);
    const age = ages !== undefined && ages.size > 1 ? ` ${seconds === undefined ? 'ever' : `${seconds}s`}` : '';
    return this.#names.of(`${list}${age}`, `${list}${age}`, 'list');
  }

  /** All memories of the list: what is written goes into each. */
  all(list: string): string[] {
    return this.uses()
      .filter((use) => use.list === list)
      .map(({ name }) => name);
  }

  uses(): MemoryUse[] {
    return [...this.#ages].flatMap(([list, ages]) =>
      (ages.size === 0 ? [0] : [...ages].toSorted((a, b) => a - b)).map((age) => {
        const seconds = age === 0 ? undefined : age;
        return { list, seconds, name: this.of(list, seconds) };
      }),
    );
  }
}
