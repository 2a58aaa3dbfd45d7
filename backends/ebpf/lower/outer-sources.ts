/** Where outer headers are from. */
import type { AddressSet } from '../../../compiler/net/address-set.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';

/** The one address of a set; undefined: it has none. */
type OnlyAddress = bigint | 'several' | undefined;

/** The address that `from` names, by family. */
export function sourcesOf(from: AddressSet): { readonly 4: OnlyAddress; readonly 6: OnlyAddress } {
  return { 4: onlyOf(from.ipv4), 6: onlyOf(from.ipv6) };
}

function onlyOf(set: IntervalSet): OnlyAddress {
  if (set.isEmpty()) return undefined;
  return set.size() === 1n ? BigInt(set.lowAt(0)) : 'several';
}
