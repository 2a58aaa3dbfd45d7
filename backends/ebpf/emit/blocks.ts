/**
 * Ranges of IPv4 addresses in blocks, by the upper halves of addresses: a word of 64 bits says where a block's entries stand, and
 * how many there are. So what a running program knows of a block is changed by one write of that word, to entries that were
 * written where none stood before: a packet finds the old block or the new one.
 */
import type { Ranges } from '../tree.ts';

export const BLOCKS = 65_536;

/** Entries that changes have room for, whatever the table's size, before the whole has to be replaced. */
const LEAST_SPARE = 4096;

export interface Blocks {
  /** Of each block: where its entries begin, in the lower half, and their number in the upper. */
  readonly heads: BigUint64Array;
  /** The lower half of a range's first address in the upper 16 bits, and its row in the lower; zeros behind those of all blocks. */
  readonly entries: Uint32Array;
}

/** Each block begins with an entry for its first address. */
export function blocksOf({ lows, rows }: Ranges): Blocks {
  const heads = new BigUint64Array(BLOCKS);
  const entries = new Uint32Array(capacityFor(BLOCKS + rows.length));
  let count = 0;
  let range = 0;
  for (let block = 0; block < BLOCKS; block++) {
    const start = count;
    const first = block * 65_536;
    while (range + 1 < rows.length && lows[range + 1]! <= first) range++;
    entries[count++] = rows[range]!;
    while (range + 1 < rows.length && lows[range + 1]! < first + 65_536) {
      range++;
      entries[count++] = (((lows[range]! & 0xffff) << 16) | rows[range]!) >>> 0;
    }
    heads[block] = (BigInt(count - start) << 32n) | BigInt(start);
  }
  return { heads, entries };
}

/** With an eighth to spare, in steps of a sixteenth, so that tables of nearly one size have one. */
function capacityFor(count: number): number {
  const wanted = count + Math.max(LEAST_SPARE, count / 8);
  const step = 2 ** Math.max(0, Math.floor(Math.log2(wanted)) - 4);
  return Math.ceil(wanted / step) * step;
}
