/** Sets of IPv4 addresses as prefixes of one length, which a hash table of masked addresses finds. */
import type { IntervalSet } from '../net/interval-set.ts';

export interface Blocks {
  /** Prefix length of all of them. */
  readonly length: number;
  readonly count: number;
}

/** Intervals are cut into at most this many blocks each, on average: beyond that they are shorter as intervals. */
const MOST_BLOCKS_AN_INTERVAL = 4;

/** The largest blocks that all the sets are made of; undefined where there would be too many, and for IPv6. */
export function blocksOf(sets: readonly IntervalSet[]): Blocks | undefined {
  let edges = 0;
  let intervals = 0;
  let addresses = 0;
  for (const { width, intervalCount, lows, highs } of sets) {
    if (width !== 32) return undefined;
    intervals += intervalCount;
    for (let i = 0; i < intervalCount; i++) {
      edges |= lows[i]! | (highs[i]! + 1);
      addresses += highs[i]! - lows[i]! + 1;
    }
  }
  const zeros = edges === 0 ? 32 : 31 - Math.clz32(edges & -edges);
  const count = addresses / 2 ** zeros;
  return count > MOST_BLOCKS_AN_INTERVAL * intervals ? undefined : { length: 32 - zeros, count };
}

/** The first addresses of a set's blocks. */
export function blockAddresses(set: IntervalSet, length: number): number[] {
  const size = 2 ** (32 - length);
  const addresses: number[] = [];
  for (const [low, high] of set.numberIntervals()) {
    for (let address = low; address <= high; address += size) addresses.push(address);
  }
  return addresses;
}
