/** Marks of 32 bits, of packets and of flows. */

/** `mark` with the bits of `mask` taken from `value`. */
export function merged(mark: number, value: number, mask: number): number {
  return ((mark & ~mask) | (value & mask)) >>> 0;
}
