/** How much memory buckets take: the kernel sets it aside for all that there may be, from the start on. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import type { BucketTable } from '../tree.ts';

/** More than this in all is refused: a host would not have it to spare, and loading would fail. */
const MOST_BYTES = 2 ** 32;
/** `struct htab_elem` of the kernel, a bucket's word, and a list's head for each key. */
const BYTES_OF_BUCKET = 48 + 8 + 16;

/** Words of 64 bits in the keys of all tables. */
export function keyWordsOf(tables: readonly BucketTable[]): number {
  return tables.reduce((most, { key }) => Math.max(most, key.length), 0);
}

export function bytesOfBuckets(tables: readonly BucketTable[]): number {
  const keys = tables.reduce((sum, table) => sum + table.keys, 0);
  return keys * (BYTES_OF_BUCKET + 8 * keyWordsOf(tables));
}

/** What is said of buckets that take too much: of the limit with the most. */
export function refuseBuckets(tables: readonly BucketTable[]): readonly Diagnostic[] {
  const bytes = bytesOfBuckets(tables);
  if (bytes <= MOST_BYTES) return [];
  const largest = tables.reduce((most, table) => (table.keys > most.keys ? table : most));
  const gigabytes = (count: number): string => (count / 2 ** 30).toFixed(1);
  const message = `the buckets of all limits would take ${gigabytes(bytes)} GiB, and may take ${gigabytes(MOST_BYTES)}`;
  const hint = `Give limits fewer keys, as in \`per source keys 10000\`: this one has ${largest.keys} for each family.`;
  return [diagnostic(PROBLEMS.tooManyBuckets, largest.origin.span, message, { hint })];
}
