/**
 * In which of several sets a field's value is, as one table of longest prefixes: each entry has a bit for each set that holds the
 * whole prefix. So a rule of another table asks one bit, however many prefixes its set has, and sets of several rules add up.
 */
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import { prefixEntries, toPrefixes } from '../../../compiler/net/prefixes.ts';

export interface Membership {
  readonly prefix: MaskedValue;
  readonly length: number;
  /** Bit n: the prefix is in set n. */
  readonly sets: bigint;
}

/** The same for numbers with zeros before them, `width` bits in all. */
export function widened({ prefix, length, sets }: Membership, width: number): Membership {
  const longer = length + width - prefix.width;
  return { prefix: MaskedValue.ofPrefix(width, prefix.value, longer), length: longer, sets };
}

/** One entry for each prefix that some set has, ascending; a value that no entry has is in no set. All of one width. */
export function membershipsOf(sets: readonly IntervalSet[]): Membership[] {
  const byKey = new Map<string, { prefix: MaskedValue; length: number; sets: bigint }>();
  for (const [number, set] of sets.entries()) {
    for (const [address, length] of prefixEntries(toPrefixes(set))) {
      const key = `${address}/${length}`;
      const known = byKey.get(key) ?? { prefix: MaskedValue.ofPrefix(set.width, address, length), length, sets: 0n };
      known.sets |= 1n << BigInt(number);
      byKey.set(key, known);
    }
  }
  const sorted = [...byKey.values()].toSorted(
    (a, b) => Number(a.prefix.value > b.prefix.value) - Number(a.prefix.value < b.prefix.value) || a.length - b.length,
  );
  // Those around the prefix at hand, the widest first: what holds them holds it.
  const around: Membership[] = [];
  return sorted.map((entry) => {
    while (around.length > 0 && !entry.prefix.isSubsetOf(around.at(-1)!.prefix)) around.pop();
    const whole: Membership = { ...entry, sets: entry.sets | (around.at(-1)?.sets ?? 0n) };
    around.push(whole);
    return whole;
  });
}
