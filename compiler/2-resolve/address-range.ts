/** Addresses by family and value, as sets and as text. */
import { AddressSet } from '../net/address-set.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import { IntervalSet } from '../net/interval-set.ts';

export type FamilyNumber = 4 | 6;

export function addressBits(family: FamilyNumber): number {
  return family === 4 ? 32 : 128;
}

/** The addresses from `low` to `high`, both included. */
export function addressRange(family: FamilyNumber, low: bigint, high: bigint): AddressSet {
  const set = IntervalSet.range(addressBits(family), low, high);
  return family === 4 ? AddressSet.ofIpv4(set) : AddressSet.ofIpv6(set);
}

export function addressText(family: FamilyNumber, value: bigint): string {
  return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
}
