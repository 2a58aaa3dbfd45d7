/** Which lines of `expect` no packet in a lab can carry out. */
import type { ExpectedEndpoint, Given } from '../../compiler/model/index.ts';
import type { AddressSet } from '../../compiler/net/address-set.ts';
import type { ExaminedExpectation } from '../../compiler/semantics/expect.ts';
import { isMulticast } from '../../compiler/semantics/kernel/routing.ts';

/** Why this one cannot be tried, in words that follow "not tried:"; undefined: nothing here keeps it. */
export function untriedBecause(given: Given, { expectation, outcomes }: ExaminedExpectation): string | undefined {
  const { destination, mark, source } = expectation;
  if (mark !== undefined && mark !== 0) return 'a packet that comes in from outside has no mark yet';
  if (outcomes.some(({ fate }) => fate.kind === 'held')) {
    return 'a fragment that waits for the rest cannot be told from one that is gone';
  }
  const held = given.memories.find(({ values }) => [source, destination].some(({ address }) => holds(values, address)));
  if (held) return `what \`${held.memory.name}\` is given to hold is not put into the kernel`;
  if (!given.down.isEmpty()) return 'which backends are down is not put into the kernel';
  if (destination.address && isMulticast(destination.address.family, destination.address.value)) {
    return 'it goes to a group, which nobody in the namespace is in';
  }
  return source.address && destination.address ? undefined : 'it names no addresses';
}

function holds({ ipv4, ipv6 }: AddressSet, address: ExpectedEndpoint['address']): boolean {
  if (address === undefined) return false;
  return address.family === 4 ? ipv4.contains(address.value) : ipv6.contains(address.value);
}
