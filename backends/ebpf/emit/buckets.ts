/** The map of limits, as it lies in memory; see limits.h of the program. */
import { NOTHING } from '../lower/bucket-keys.ts';
import { keyWordsOf } from '../lower/bucket-memory.ts';
import type { BucketTable } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

const BYTES_OF_KEY_WORD = 16;

/** `struct limit` for each table of buckets. */
export function limitBytes(tables: readonly BucketTable[]): Uint8Array {
  const words = keyWordsOf(tables);
  const map = new MapBytes(tables.length * (words * BYTES_OF_KEY_WORD + 8));
  for (const { key, identity } of tables) {
    for (let at = 0; at < words; at++) {
      const { mask, word, mayLack } = key[at] ?? NOTHING;
      map.u64([mask]).u32([word, Number(mayLack)]);
    }
    map.u64([identity]);
  }
  return map.bytes;
}
