/** Whether value/mask entries are exactly a set, found by trying values; for fields of up to 32 bits. */
import type { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { MaskedValue } from '../../compiler/net/masked.ts';

/** A field of so many bits is tried value by value. */
const MOST_BITS_TRIED_WHOLE = 16;

/**
 * Undefined: they are. Else a value that only one of the two has. All values of a field of up to 16 bits are tried; of a wider one
 * both ends of all ranges and the values beside them, and what differs from these in one bit.
 */
export function differenceOf(set: IntervalSet, entries: readonly MaskedValue[]): number | undefined {
  return set.width <= MOST_BITS_TRIED_WHOLE ? differenceInAll(set, entries) : differenceNearEnds(set, entries);
}

function differenceInAll(set: IntervalSet, entries: readonly MaskedValue[]): number | undefined {
  const size = 2 ** set.width;
  const held = new Uint8Array(size);
  for (const entry of entries) {
    const free = size - 1 - Number(entry.mask);
    // Every combination of the free bits, downwards.
    for (let bits = free; ; bits = (bits - 1) & free) {
      held[Number(entry.value) | bits] = 1;
      if (bits === 0) break;
    }
  }
  const wanted = new Uint8Array(size);
  for (const [low, high] of set.numberIntervals()) wanted.fill(1, low, high + 1);
  const at = held.findIndex((is, value) => is !== wanted[value]);
  return at < 0 ? undefined : at;
}

function differenceNearEnds(set: IntervalSet, entries: readonly MaskedValue[]): number | undefined {
  const pairs = entries.map(({ value, mask }) => [Number(value) | 0, Number(mask) | 0] as const);
  const isHeld = (value: number): boolean => pairs.some(([wanted, mask]) => (value & mask) === wanted);
  const ends = [...set.numberIntervals()].flat();
  for (const end of ends) {
    for (const near of [end - 1, end, end + 1]) {
      for (let bit = -1; bit < set.width; bit++) {
        const value = (bit < 0 ? near : near ^ (1 << bit)) >>> 0;
        if (value < 2 ** set.width && isHeld(value) !== set.contains(value)) return value;
      }
    }
  }
  return undefined;
}
