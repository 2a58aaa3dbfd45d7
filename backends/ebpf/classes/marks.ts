/** Bits of marks that rules ask for. Where some ask for bits far apart, the program looks at those alone, of which there must be few. */
import type { ProgramItem } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

/** Of so many, a table has at most 4,096 values. */
const MOST_BITS = 12;
const ALL_BITS = 0xffffffff;

/** All bits that rules ask for, at least one of them under a mask. */
export function bitsOfMarks(items: readonly ProgramItem[]): number {
  return items.reduce((bits, item) => {
    if (item.kind !== 'rule') return (bits | bitsOfMarks(item.items)) >>> 0;
    const masks = item.atoms.map(({ test }) => {
      if (test.kind === 'masked' && test.field === 'mark') return test.mask;
      return test.kind === 'number' && test.field === 'mark' ? ALL_BITS : 0;
    });
    return masks.reduce((all, mask) => (all | mask) >>> 0, bits);
  }, 0);
}

/** Whether a table may have all values that these bits can have. */
export function areFewBits(bits: number): boolean {
  return bits.toString(2).replaceAll('0', '').length <= MOST_BITS;
}

/** Of the values that these bits can have, those that are the value under the mask. */
export function valuesUnderMask(bits: number, value: number, mask: number): IntervalSet {
  const free = (bits & ~mask) >>> 0;
  const values: (readonly [number, number])[] = [];
  let other = 0;
  do {
    const one = (value | other) >>> 0;
    values.push([one, one]);
    other = ((other - free) & free) >>> 0;
  } while (other !== 0);
  return IntervalSet.fromIntervals(32, values);
}
