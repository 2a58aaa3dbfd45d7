/**
 * How many elements a set is declared to hold. A hash set of known size is a table of fixed buckets (nft_set_hash.c), and a
 * lookup in it is cheaper than in the resizable table that the kernel takes for a set of any size.
 */
import type { NftSet } from './tree.ts';

/** Room for what is added before the next build: a quarter. */
const HEADROOM = 1.25;

/**
 * The declared size; undefined for what must grow, for intervals, whose size nothing asks for, and for empty sets. A set of
 * another size is another set, so there is none either where elements hold counters or buckets: they outlast all growth.
 */
export function setSize({ size, flags, elements, isVolatile, counter, limit }: NftSet): number | undefined {
  if (size !== undefined) return size;
  if (counter || limit !== undefined) return undefined;
  if (flags.length > 0 || isVolatile || !elements || elements.count === 0) return undefined;
  return 2 ** Math.ceil(Math.log2(elements.count * HEADROOM));
}
