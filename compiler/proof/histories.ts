/**
 * What happened to one thing (a mark, a counter, a memory, a bucket) on a packet's way, as numbers at the ends of diagrams.
 * Histories that leave the same behind have the same number; 0 is that nothing happened.
 */
import type { Cell } from '../model/condition.ts';
import type { Effect } from '../model/policy.ts';
import { OutOfBudget } from './node-table.ts';

/** One thing that happened. */
export type HistoryEvent =
  /** New mark = (mark & keep) | set. */
  | { readonly kind: 'mark'; readonly keep: number; readonly set: number }
  | { readonly kind: 'dscp'; readonly value: number }
  /** Anything else, by a text that is equal exactly for equal events. */
  | { readonly kind: 'other'; readonly text: string };

export type History = readonly HistoryEvent[];

export const NO_HISTORY = 0;

/** A text takes several times as many bytes, with its entry in the map and its history. */
const MOST_CHARACTERS = 2 ** 27;

export class Histories {
  readonly #numbers = new Map<string, number>([['[]', NO_HISTORY]]);
  readonly #list: History[] = [[]];
  readonly #budget: number;
  #characters = 0;

  /** `budget`: characters that the histories' texts may have. What makes more throws `OutOfBudget`. */
  constructor(budget = MOST_CHARACTERS) {
    this.#budget = budget;
  }

  of(number: number): History {
    return this.#list[number]!;
  }

  single(event: HistoryEvent): number {
    return this.#number(event.kind === 'mark' ? [canonicalMark(event.keep, event.set)] : [event]);
  }

  /** First the one, then the other. */
  join(first: number, second: number): number {
    if (first === NO_HISTORY) return second;
    return this.#number(this.of(second).reduce(appended, this.of(first)));
  }

  #number(history: History): number {
    const text = JSON.stringify(history);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#characters += text.length;
    // Statements that each hang on an answer of its own may have happened in any combination.
    if (this.#characters > this.#budget) throw new OutOfBudget(this.#budget);
    const number = this.#list.push(history) - 1;
    this.#numbers.set(text, number);
    return number;
  }
}

/** Of constants, only what they come to counts. */
function appended(history: History, event: HistoryEvent): History {
  const last = history.at(-1);
  if (last?.kind === 'mark' && event.kind === 'mark') {
    return [...history.slice(0, -1), canonicalMark(last.keep & event.keep, (last.set & event.keep) | event.set)];
  }
  return last?.kind === 'dscp' && event.kind === 'dscp' ? [...history.slice(0, -1), event] : [...history, event];
}

/** Bits that are set need not be kept. */
function canonicalMark(keep: number, set: number): HistoryEvent {
  return { kind: 'mark', keep: (keep & ~set) >>> 0, set: set >>> 0 };
}

/**
 * What an effect does to its register: `text` unless it writes a constant. `cell` says what a cell stands for, of a known row
 * its number.
 */
export function eventOf(effect: Effect, text: string, cell: (cell: Cell) => unknown): HistoryEvent {
  if (effect.kind !== 'mark set' && effect.kind !== 'dscp set') return { kind: 'other', text };
  const value = typeof effect.value === 'number' ? effect.value : cell(effect.value);
  if (typeof value !== 'number') return { kind: 'other', text };
  if (effect.kind === 'dscp set') return { kind: 'dscp', value };
  return { kind: 'mark', keep: ~effect.mask >>> 0, set: value & effect.mask };
}
