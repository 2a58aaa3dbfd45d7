/** Constant sets of values on the right of a match: one value, a short list in place, or a named set. */
import { blockAddresses, blocksOf } from '../../../compiler/6-plan/blocks.ts';
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { formatInterval } from '../../../compiler/net/address-set.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Value } from '../../../compiler/net/words.ts';
import type { Elements, NftSet } from '../tree.ts';
import type { Context } from './context.ts';

/** Lists up to this many intervals stand in the rule itself, unless the policy has a name for them. */
const LONGEST_LIST = 8;

/** Writes one value of a field; numbers by default. */
export type ValueText = (value: number) => string;

/** `22`, `1024-65535`, `{ 22, 80 }`: number sets always stand in the rule. */
export function numberValues(set: IntervalSet, text: ValueText = String): string {
  const parts: string[] = [];
  for (const [low, high] of set.numberIntervals()) parts.push(low === high ? text(low) : `${low}-${high}`);
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}

/** The values of a set one by one, where there are few: names read better than ranges of numbers. */
export function listedValues(set: IntervalSet, text: ValueText): string {
  if (set.size() > 16n) return numberValues(set);
  const parts = [...set.values()].map((value) => text(Number(value)));
  return parts.length === 1 ? parts[0]! : `{ ${parts.join(', ')} }`;
}

/** Addresses of one family: in place where there are few, else a named set. `name` is what the policy calls them. */
export function addressValues(context: Context, set: IntervalSet, name: string | undefined, origin: Origin): string {
  if (set.intervalCount === 1) return formatInterval(set, 0);
  if (set.intervalCount <= LONGEST_LIST && name === undefined) {
    const parts: string[] = [];
    for (let i = 0; i < set.intervalCount; i++) parts.push(formatInterval(set, i));
    return `{ ${parts.join(', ')} }`;
  }
  return `@${addressSet(context, set, name, origin)}`;
}

/**
 * The set of the upper bits of its addresses, where it is prefixes of one length: a hash of these is faster to look up than
 * intervals are, and to change. Undefined where it is not.
 */
export function blockSet(
  context: Context,
  set: IntervalSet,
  name: string | undefined,
  origin: Origin,
): { readonly name: string; readonly length: number } | undefined {
  const blocks = set.intervalCount <= LONGEST_LIST || hostElements(set) ? undefined : blocksOf([set]);
  const { prices } = context;
  if (!blocks || prices.hash(blocks.count, 1) > prices.interval(set.intervalCount, 1)) return undefined;
  const addresses = blockAddresses(set, blocks.length);
  const elements: Elements = {
    count: addresses.length,
    write: (index, out) => out.write(formatIpv4(addresses[index]!)),
  };
  const owner = `blocks of ${blocks.length} ${set.fingerprint()}`;
  const wanted = `${name ?? origin.name}_ipv4`;
  const description = `${describe(name, origin)}, IPv4: prefixes of ${blocks.length} bits`;
  const make = (given: string) => addressesOf(given, 'ipv4', elements, description);
  return { length: blocks.length, name: context.set(owner, wanted, make) };
}

/** Named as the policy does; a sum of sets without a name has the name of the first rule that asks for it. */
function addressSet(context: Context, set: IntervalSet, name: string | undefined, origin: Origin): string {
  const family = set.width === 32 ? 'ipv4' : 'ipv6';
  const wanted = `${name ?? origin.name}_${family}`;
  const description = `${describe(name, origin)}, ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`;
  const hosts = hostElements(set);
  return context.set(`${family} ${set.fingerprint()}`, wanted, (given) => ({
    ...addressesOf(given, family, hosts ?? intervalElements(set), description),
    flags: hosts ? [] : ['interval'],
  }));
}

/** What the addresses are, for the comment at their set. */
function describe(name: string | undefined, origin: Origin): string {
  return name ?? `addresses of ${origin.text.replaceAll(/\s+/g, ' ')}`;
}

/** A set of single addresses. */
function addressesOf(name: string, family: 'ipv4' | 'ipv6', elements: Elements, description: string): NftSet {
  return {
    kind: 'set',
    name,
    key: [`${family}_addr`],
    data: [],
    flags: [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements,
    description,
  };
}

/** Ranges this much longer than single addresses are still written out: a hash set is faster to look up and to change. */
const MOST_HOSTS_AN_INTERVAL = 4n;

/** Every address of the set as an element; undefined where ranges say it much shorter. */
function hostElements(set: IntervalSet): Elements | undefined {
  if (set.size() > MOST_HOSTS_AN_INTERVAL * BigInt(set.intervalCount)) return undefined;
  const hosts: string[] = [];
  const format =
    set.width === 32 ? (value: Value) => formatIpv4(Number(value)) : (value: Value) => formatIpv6(BigInt(value));
  for (const value of set.values()) hosts.push(format(value));
  return { count: hosts.length, write: (index, out) => out.write(hosts[index]!) };
}

/** The intervals of an address set as elements. */
function intervalElements(set: IntervalSet): Elements {
  return {
    count: set.intervalCount,
    write: (index: number, out: TextBuffer) => out.write(formatInterval(set, index)),
  };
}
