/**
 * Sets of a field's values as entries of a ternary table: value and mask, any of which a packet may meet. A single range gets
 * the fewest entries that there are for it, by the recursion below (of the kind of Schieber, Geist and Zaks, "Computing the
 * minimum DNF representation of Boolean functions defined by intervals", 2005); a set the entries of its ranges, joined where two
 * differ in one bit, or those of its diagram, whichever are fewer.
 */
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import { irredundantEntries } from './irredundant.ts';

/** Of more ranges the diagram would take long. */
const MOST_RANGES_IN_DIAGRAM = 256;

/** Entries that together are exactly the set, none of which is needless beside another one. */
export function toTernary(set: IntervalSet): MaskedValue[] {
  const entries: MaskedValue[] = [];
  for (let index = 0; index < set.intervalCount; index++) {
    entries.push(...rangeToTernary(set.width, BigInt(set.lowAt(index)), BigInt(set.highAt(index))));
  }
  if (set.intervalCount <= 1) return entries;
  const byRange = joined(entries);
  if (set.intervalCount > MOST_RANGES_IN_DIAGRAM) return byRange;
  const byDiagram = irredundantEntries(set);
  return byDiagram.length < byRange.length ? byDiagram : byRange;
}

/** The fewest entries that together are exactly the values from `low` to `high`, both included: at most 2·width − 2. */
export function rangeToTernary(width: number, low: bigint, high: bigint): MaskedValue[] {
  const rest = BigInt.asUintN(width, low ^ high).toString(2);
  // Bits that both ends have in common, all entries have.
  const differing = low === high ? 0 : rest.length;
  const common = MaskedValue.ofPrefix(width, low, width - differing);
  if (differing === 0) return [common];
  const half = 1n << BigInt(differing - 1);
  const cut = differing - 1;
  return twoSided(cut, low & (half - 1n), high & (half - 1n)).map(
    ({ side, bits }) =>
      new MaskedValue(
        width,
        common.value | sideValue(side, half) | bits.value,
        common.mask | sideMask(side, half) | bits.mask,
      ),
  );
}

/** Value and mask without a width. */
interface Bits {
  readonly value: bigint;
  readonly mask: bigint;
}

const ANY: Bits = { value: 0n, mask: 0n };

/** Which half an entry is of: of values from a bound on, of values up to one, or of both, which lie side by side. */
type Side = 'low' | 'high' | 'both';

interface Piece {
  readonly side: Side;
  readonly bits: Bits;
}

function sideMask(side: Side, bit: bigint): bigint {
  return side === 'both' ? 0n : bit;
}

function sideValue(side: Side, bit: bigint): bigint {
  return side === 'high' ? bit : 0n;
}

/**
 * Entries for two copies of a field of `width` bits: in the low one they cover the values from `from` on, in the high one those up
 * to `to`. An entry of both covers the same values in each, which must be of both.
 */
function twoSided(width: number, from: bigint, to: bigint): Piece[] {
  const all = (1n << BigInt(width)) - 1n;
  if (from === 0n && to === all) return [{ side: 'both', bits: ANY }];
  if (from === 0n) {
    return [{ side: 'low', bits: ANY }, ...upTo(width, to).map((bits): Piece => ({ side: 'high', bits }))];
  }
  if (to === all) {
    return [{ side: 'high', bits: ANY }, ...onFrom(width, from).map((bits): Piece => ({ side: 'low', bits }))];
  }
  const bit = 1n << BigInt(width - 1);
  const [zero, one]: readonly Bits[] = [
    { value: 0n, mask: bit },
    { value: bit, mask: bit },
  ] as const;
  const inner = (): Piece[] => twoSided(width - 1, from & (bit - 1n), to & (bit - 1n));
  const [fromHigh, toHigh] = [(from & bit) !== 0n, (to & bit) !== 0n];
  if (fromHigh && !toHigh) {
    return [
      ...onFrom(width, from).map((bits): Piece => ({ side: 'low', bits })),
      ...upTo(width, to).map((bits): Piece => ({ side: 'high', bits })),
    ];
  }
  if (!fromHigh && !toHigh) {
    // The upper half belongs to the low copy whole, so what the low copy has below may have it, too.
    return [
      { side: 'low', bits: one! },
      ...inner().map((piece) => (piece.side === 'low' ? piece : within(zero!, piece))),
    ];
  }
  if (fromHigh && toHigh) {
    return [
      { side: 'high', bits: zero! },
      ...inner().map((piece) => (piece.side === 'high' ? piece : within(one!, piece))),
    ];
  }
  if ((from & (bit - 1n)) <= (to & (bit - 1n)) + 1n) {
    // What lies below `to` lies in the upper half of both copies; with what lies above `from` it leaves no gap there.
    const overlapping = inner().map(({ side, bits }) =>
      side === 'high' ? within(one!, { side: 'both', bits }) : { side, bits },
    );
    return [{ side: 'high', bits: zero! }, ...overlapping];
  }
  return [{ side: 'low', bits: one! }, { side: 'high', bits: zero! }, ...inner()];
}

function within(outer: Bits, { side, bits }: Piece): Piece {
  return { side, bits: { value: outer.value | bits.value, mask: outer.mask | bits.mask } };
}

/** The prefixes of the values from `from` on. */
function onFrom(width: number, from: bigint): Bits[] {
  const all = (1n << BigInt(width)) - 1n;
  return upTo(width, all - from).map(({ value, mask }) => ({ value: ~value & mask, mask }));
}

/** The prefixes of the values up to `to`: one for each bit of the number of values. */
function upTo(width: number, to: bigint): Bits[] {
  const count = to + 1n;
  const all = (1n << BigInt(width)) - 1n;
  const prefixes: Bits[] = [];
  let start = 0n;
  for (let bit = BigInt(width); bit >= 0n; bit--) {
    const size = 1n << bit;
    if ((count & size) === 0n) continue;
    prefixes.push({ value: start, mask: all & ~(size - 1n) });
    start += size;
  }
  return prefixes;
}

/** The same values with fewer entries: two that differ in one bit only are one without it, and none lies within another. */
export function joined(entries: readonly MaskedValue[]): MaskedValue[] {
  const byMask = new Map<bigint, Map<bigint, MaskedValue>>();
  const open: MaskedValue[] = [];
  const add = (entry: MaskedValue): void => {
    const values = byMask.get(entry.mask) ?? new Map<bigint, MaskedValue>();
    byMask.set(entry.mask, values);
    if (values.has(entry.value)) return;
    values.set(entry.value, entry);
    open.push(entry);
  };
  for (const entry of entries) add(entry);
  for (let entry = open.shift(); entry; entry = open.shift()) {
    const values = byMask.get(entry.mask)!;
    if (values.get(entry.value) !== entry) continue;
    const sibling = siblingOf(entry, values);
    if (sibling === undefined) continue;
    values.delete(entry.value);
    values.delete(sibling.value);
    const bit = entry.value ^ sibling.value;
    add(new MaskedValue(entry.width, entry.value & ~bit, entry.mask & ~bit));
  }
  return withoutCovered([...byMask.values()].flatMap((values) => [...values.values()]));
}

/** An entry that differs in one bit of the mask, in the lowest one where there are several. */
function siblingOf(
  { width, value, mask }: MaskedValue,
  values: ReadonlyMap<bigint, MaskedValue>,
): MaskedValue | undefined {
  for (let bit = 1n, at = 0; at < width; bit <<= 1n, at++) {
    const sibling = (mask & bit) === 0n ? undefined : values.get(value ^ bit);
    if (sibling) return sibling;
  }
  return undefined;
}

/** Few masks occur, however many entries there are; so an entry is looked up under the wider ones. */
function withoutCovered(entries: readonly MaskedValue[]): MaskedValue[] {
  const byMask = new Map<bigint, Set<bigint>>();
  for (const { mask, value } of entries) byMask.set(mask, (byMask.get(mask) ?? new Set()).add(value));
  return entries.filter(
    ({ mask, value }) =>
      ![...byMask].some(([wider, values]) => wider !== mask && (wider & ~mask) === 0n && values.has(value & wider)),
  );
}
