/** Lists that rules write and read while packets pass (`recent`, sets): memories of the policy. */
import type { Names } from './write/names.ts';

/** What some rule asks a list for: an address that was seen so often within so long. */
export interface MemoryQuestion {
  readonly list: string;
  /** Undefined: however long ago. */
  readonly seconds: number | undefined;
  readonly hits: number;
}

/** A question with the memories that answer it: one, or a ring of them where it is about several hits. */
export interface MemoryUse extends MemoryQuestion {
  readonly names: readonly string[];
}

/**
 * What is asked of one list with another age or number of hits is kept in memories of its own, and all are written together.
 *
 * A memory knows of an address only that it was seen. `hits` times are told by a ring of `hits + 1` memories, each of which
 * holds one time: a new one goes into the memory behind the latest, and the memory behind that is emptied. So the times that
 * are young enough stand side by side in the ring, there are never more than `hits` of them, and there are as many if and
 * only if no two neighbours in the ring are both without the address.
 */
export class Memories {
  readonly #questions = new Map<string, Map<string, MemoryQuestion>>();
  readonly #translated = new Set<string>();
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Notes that some rule asks the list. */
  note(question: MemoryQuestion): void {
    this.#questionsOf(question.list).set(keyOf(question), question);
  }

  /** Notes that some rule writes the list. */
  noteList(list: string): void {
    this.#questionsOf(list);
  }

  #questionsOf(list: string): Map<string, MemoryQuestion> {
    const known = this.#questions.get(list);
    if (known) return known;
    const questions = new Map<string, MemoryQuestion>();
    this.#questions.set(list, questions);
    return questions;
  }

  /** True the first time that it is asked about a list. */
  isFirstUse(list: string): boolean {
    if (this.#translated.has(list)) return false;
    this.#translated.add(list);
    return true;
  }

  /** The memories that answer a question, in the order of their ring. */
  of(question: MemoryQuestion): readonly string[] {
    const { list, seconds, hits } = question;
    const others = [...(this.#questions.get(list) ?? [])].filter(([key]) => key !== keyOf(question));
    const isOnly = (field: 'seconds' | 'hits'): boolean =>
      others.every(([, other]) => other[field] === question[field]);
    const age = isOnly('seconds') ? '' : ` ${seconds === undefined ? 'ever' : `${seconds}s`}`;
    const base = `${list}${age}${isOnly('hits') || hits === 1 ? '' : ` ${hits} hits`}`;
    const name = (text: string): string => this.#names.of(`memory ${text}`, text, 'list');
    if (hits === 1) return [name(base)];
    return Array.from({ length: hits + 1 }, (_, at) => name(`${base} ${at + 1}`));
  }

  /** All memories of the list: what is written goes into each of them, or into each ring. */
  all(list: string): MemoryUse[] {
    return this.uses().filter((use) => use.list === list);
  }

  /** In a fixed order: by list, age and number of hits. */
  uses(): MemoryUse[] {
    return [...this.#questions].flatMap(([list, questions]) => {
      const asked = [...questions.values()].toSorted((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0) || a.hits - b.hits);
      const all = asked.length === 0 ? [{ list, seconds: undefined, hits: 1 }] : asked;
      return all.map((question) => ({ ...question, names: this.of(question) }));
    });
  }
}

function keyOf({ seconds, hits }: MemoryQuestion): string {
  return `${seconds} ${hits}`;
}
