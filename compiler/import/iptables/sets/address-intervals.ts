/** Addresses of set elements as intervals, and intervals as items of the policy's sets. */
import { formatAddress, parseAddress } from '../addresses.ts';
import type { Family } from '../dump/dump.ts';

export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** `A`, `A/N`, `A-B`; `bits` of an address alone count, where that is said. Undefined where it is none of the family. */
export function addressInterval(text: string, family: Family, bits: number = BITS[family]): Interval | undefined {
  const [first = '', last] = text.split('-');
  const [address = '', length = String(bits)] = first.split('/');
  const value = parseAddress(address, family);
  const end = last === undefined ? undefined : parseAddress(last, family);
  if (value === undefined || (last !== undefined && end === undefined)) return undefined;
  if (end !== undefined) return value <= end ? { low: value, high: end } : undefined;
  if (!/^\d+$/.test(length) || Number(length) > BITS[family]) return undefined;
  const rest = (1n << BigInt(BITS[family] - Number(length))) - 1n;
  return { low: value & ~rest, high: value | rest };
}

/** As few prefixes as hold the interval, or the interval itself where these would be more than two. */
export function intervalItems({ low, high }: Interval, family: Family): string[] {
  const prefixes: string[] = [];
  for (let from = low; from <= high;) {
    if (prefixes.length === 2) return [`${formatAddress(low, family)}-${formatAddress(high, family)}`];
    let host = 0;
    const holds = (bits: number): boolean => {
      const rest = (1n << BigInt(bits)) - 1n;
      return (from & rest) === 0n && from + rest <= high;
    };
    while (host < BITS[family] && holds(host + 1)) host++;
    prefixes.push(`${formatAddress(from, family)}${host === 0 ? '' : `/${BITS[family] - host}`}`);
    from += 1n << BigInt(host);
  }
  return prefixes;
}
