/** The rules and their rows, as they lie in memory; see walk.h of the program. */
import { BITS_OF_WORD, wordsFor } from '../lower/row-bits.ts';
import type { Action, Condition, FieldTable, ListedRule } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

/** `ABSENT` of the program. */
const ABSENT = 0xffffffff;
/** From so many words on, a bit for each word tells which to look at. */
const SUMMARY_FROM = 8;

/** Sizes that policy.h says. */
export interface Sizes {
  readonly rules: number;
  /** 64-bit words with a bit for each rule. */
  readonly words: number;
  /** 64-bit words with a bit for each of those words; 0: they are few enough to look at them all. */
  readonly summaries: number;
  readonly steps: number;
  readonly mostConditions: number;
  readonly mostCounters: number;
}

export type RowSizes = Pick<Sizes, 'rules' | 'words' | 'summaries'>;

/** Of the rows of so many rules. */
export function rowSizes(rules: number): RowSizes {
  const words = wordsFor(rules);
  return { rules, words, summaries: words >= SUMMARY_FROM ? Math.ceil(words / BITS_OF_WORD) : 0 };
}

export function sizesOf(rules: readonly ListedRule[]): Sizes {
  const own = rowSizes(rules.length);
  return {
    ...own,
    // Each rule, word and summary once, and a word once more for each rule that skips.
    steps: own.rules + own.words + own.summaries + 1,
    mostConditions: rules.reduce((most, { conditions }) => Math.max(most, conditions.length), 0),
    mostCounters: rules.reduce((most, { counts }) => Math.max(most, counts.length), 0),
  };
}

/** `struct rule_bits` for each row of a field: its summary, if there are summaries, then its words. */
export function rowBytes({ rowBits }: FieldTable, { words, summaries }: RowSizes): Uint8Array {
  const wordsOfRow = 2 * (words + summaries);
  const all = new Uint32Array(rowBits.length * wordsOfRow);
  for (const [number, bits] of rowBits.entries()) {
    const at = number * wordsOfRow;
    all.set(bits, at + 2 * summaries);
    if (summaries === 0) continue;
    for (let word = 0; word < words; word++) {
      if ((bits[2 * word]! | bits[2 * word + 1]!) === 0) continue;
      const place = at + (word >> 5);
      all[place] = (all[place]! | (1 << (word & 31))) >>> 0;
    }
  }
  return new MapBytes(all.length * 4).u32(all).bytes;
}

/** `enum rule_action` of the program. */
const ACTIONS: Readonly<Record<Exclude<Action['kind'], 'socket' | 'class' | 'class of row'>, number>> = {
  pass: 0,
  drop: 1,
  on: 2,
  skip: 3,
  balance: 4,
  filter: 5,
};

/** `struct rule` for each rule; `numberOf` gives the number of a condition. */
export function ruleBytes(
  rules: readonly ListedRule[],
  { mostConditions, mostCounters }: Sizes,
  numberOf: (condition: Condition) => number,
): Uint8Array {
  // Elements of a map begin at multiples of eight bytes.
  const wordsOfRule = 2 * Math.ceil((2 + mostConditions + mostCounters) / 2);
  const all = new Uint32Array(rules.length * wordsOfRule).fill(ABSENT);
  for (const [number, { action, conditions, counts }] of rules.entries()) {
    if (action.kind === 'socket' || action.kind === 'class' || action.kind === 'class of row') {
      throw new Error(`a rule at XDP that gives packets a ${action.kind}`);
    }
    const at = number * wordsOfRule;
    all[at] = ACTIONS[action.kind];
    all[at + 1] = action.kind === 'skip' ? action.to : action.kind === 'balance' ? action.service : 0;
    all.set(conditions.map(numberOf), at + 2);
    all.set(counts, at + 2 + mostConditions);
  }
  return new MapBytes(all.length * 4).u32(all).bytes;
}
