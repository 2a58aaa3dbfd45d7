/** What the keys of buckets are made of: words that a `struct packet` of the program begins with, under masks. */
import type { KeyPart } from '../../../compiler/model/condition.ts';
import type { KeyWord } from '../tree.ts';

const ALL = 2n ** 64n - 1n;
const LOWER_HALF = 2n ** 32n - 1n;
const UPPER_HALF = ALL ^ LOWER_HALF;

/** Where the parts stand (limits.h of the program checks it); two numbers of 32 bits share a word. */
const WORDS = {
  source: { word: 0 },
  destination: { word: 2 },
  'source mac': { word: 4, mask: ALL, mayLack: false },
  'source port': { word: 5, mask: LOWER_HALF, mayLack: true },
  'destination port': { word: 5, mask: UPPER_HALF, mayLack: true },
  protocol: { word: 6, mask: LOWER_HALF, mayLack: true },
  in: { word: 6, mask: UPPER_HALF, mayLack: true },
} as const satisfies Record<KeyPart['field'], Partial<KeyWord>>;

const ROW: KeyWord = { word: 7, mask: LOWER_HALF, mayLack: false };
/** All that a key is made of where there is one bucket for all. */
export const NOTHING: KeyWord = { word: 0, mask: 0n, mayLack: false };

/** `family`: of the addresses in it; `hasRow`: whether rows of a table have buckets of their own. */
export function keyOf(per: readonly KeyPart[], family: 4 | 6, hasRow: boolean): readonly KeyWord[] {
  const parts = per.flatMap((part) => wordsOf(part, family));
  const words = hasRow ? [ROW, ...parts] : parts;
  return words.length > 0 ? words : [NOTHING];
}

function wordsOf({ field, prefix4, prefix6 }: KeyPart, family: 4 | 6): KeyWord[] {
  if (field !== 'source' && field !== 'destination') return [WORDS[field]];
  const { word } = WORDS[field];
  if (family === 4) return [{ word, mask: upperBits(prefix4 + 32), mayLack: false }];
  return [
    { word, mask: upperBits(prefix6), mayLack: false },
    { word: word + 1, mask: upperBits(prefix6 - 64), mayLack: false },
  ];
}

/** The upper `count` of 64 bits. */
function upperBits(count: number): bigint {
  const kept = BigInt(Math.min(64, Math.max(0, count)));
  return ALL ^ (2n ** (64n - kept) - 1n);
}
