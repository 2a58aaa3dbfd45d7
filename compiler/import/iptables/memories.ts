/** Lists that rules write and read while packets pass (`recent`, sets): memories of the policy. */
import type { Names } from './write/names.ts';

/** What some rule asks a list for: an address that was seen so often within so long. */
export interface MemoryQuestion {
  readonly list: string;
  /** Undefined: however long ago. */
  readonly seconds: number | undefined;
  readonly hits: number;
}

/** A question with the memory that answers it. */
export interface MemoryUse extends MemoryQuestion {
  readonly name: string;
}

/** What is asked of one list with another age or number of hits is a memory of its own, and all are written together. */
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

  /** The memory that answers a question. */
  of(question: MemoryQuestion): string {
    const { list, seconds, hits } = question;
    const others = [...(this.#questions.get(list) ?? [])].filter(([key]) => key !== keyOf(question));
    const isOnly = (field: 'seconds' | 'hits'): boolean =>
      others.every(([, other]) => other[field] === question[field]);
    const age = isOnly('seconds') ? '' : ` ${seconds === undefined ? 'ever' : `${seconds}s`}`;
    const text = `${list}${age}${isOnly('hits') || hits === 1 ? '' : ` ${hits} hits`}`;
    return this.#names.of(`memory ${text}`, text, 'list');
  }

  /** All memories of the list: what is written goes into each of them. */
  all(list: string): MemoryUse[] {
    return this.uses().filter((use) => use.list === list);
  }

  /** In a fixed order: by list, age and number of hits. */
  uses(): MemoryUse[] {
    return [...this.#questions].flatMap(([list, questions]) => {
      const asked = [...questions.values()].toSorted((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0) || a.hits - b.hits);
      const all = asked.length === 0 ? [{ list, seconds: undefined, hits: 1 }] : asked;
      return all.map((question) => ({ ...question, name: this.of(question) }));
    });
  }
}

function keyOf({ seconds, hits }: MemoryQuestion): string {
  return `${seconds} ${hits}`;
}
