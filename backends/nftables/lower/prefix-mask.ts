/** Masks of prefixes as nft writes them. */
import type { Family } from '../../../compiler/4-program/program.ts';

/** The mask of a prefix length as an address of the family. */
export function prefixMask(length: number, family: Family | undefined): string {
  if (family !== 6) {
    const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
    return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
  }
  const groups: string[] = [];
  for (let at = 0; at < 128; at += 16) {
    const bits = Math.max(0, Math.min(16, length - at));
    groups.push(((0xffff << (16 - bits)) & 0xffff).toString(16));
  }
  return groups.join(':').replace(/(^|:)0(:0)+$/, '::');
}
