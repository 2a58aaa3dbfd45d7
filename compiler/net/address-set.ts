/** Sets of addresses of both families, which a policy gives one name. */
import { formatIpv4, formatIpv6Words, parseIpv4, parseIpv4Prefix, parseIpv6, parseIpv6Prefix } from './address.ts';
import { IntervalSet } from './interval-set.ts';
import { prefixLengthOfInterval, prefixToRange } from './prefixes.ts';

export type Family = 'ipv4' | 'ipv6';

/** Why a text is no address, prefix or range. */
export type AddressTextError = 'malformed' | 'host bits set' | 'range ends before it starts';

/** How an interval is written: whatever it is as a prefix where it is one, or always as `low-high`. */
export type IntervalStyle = 'prefix' | 'range';

export class AddressSet {
  /** A set of 32-bit values. */
  readonly ipv4: IntervalSet;
  /** A set of 128-bit values. */
  readonly ipv6: IntervalSet;

  private constructor(ipv4: IntervalSet, ipv6: IntervalSet) {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  static readonly empty: AddressSet = new AddressSet(IntervalSet.empty(32), IntervalSet.empty(128));

  /** Every address of both families. */
  static readonly full: AddressSet = new AddressSet(IntervalSet.full(32), IntervalSet.full(128));

  /** Throws a RangeError for sets that are not 32 and 128 bits wide. */
  static of(ipv4: IntervalSet, ipv6: IntervalSet): AddressSet {
    if (ipv4.width !== 32 || ipv6.width !== 128) {
      throw new RangeError(`addresses have 32 and 128 bits, not ${ipv4.width} and ${ipv6.width}`);
    }
    return new AddressSet(ipv4, ipv6);
  }

  static ofIpv4(set: IntervalSet): AddressSet {
    return AddressSet.of(set, AddressSet.empty.ipv6);
  }

  static ofIpv6(set: IntervalSet): AddressSet {
    return AddressSet.of(AddressSet.empty.ipv4, set);
  }

  /** Every address of a family. */
  static fullOf(family: Family): AddressSet {
    return family === 'ipv4' ? AddressSet.ofIpv4(AddressSet.full.ipv4) : AddressSet.ofIpv6(AddressSet.full.ipv6);
  }

  /** Reads an address, `address/length` without host bits, or `first-last`, of either family. */
  static parse(text: string): AddressSet | AddressTextError {
    const dash = text.indexOf('-');
    if (dash >= 0) {
      return parseRange(text.slice(0, dash), text.slice(dash + 1));
    }
    const prefix = parseIpv4Prefix(text) ?? parseIpv6Prefix(text);
    if (prefix === undefined) {
      return 'malformed';
    }
    if (prefix.hostBitsSet) {
      return 'host bits set';
    }
    const width = typeof prefix.address === 'number' ? 32 : 128;
    return ofSet(IntervalSet.range(width, ...prefixToRange(width, prefix.address, prefix.length)));
  }

  /** The union of any number of sets. */
  static unionOf(sets: Iterable<AddressSet>): AddressSet {
    const all = [...sets];
    return new AddressSet(
      IntervalSet.unionOf(
        32,
        all.map((set) => set.ipv4),
      ),
      IntervalSet.unionOf(
        128,
        all.map((set) => set.ipv6),
      ),
    );
  }

  union(other: AddressSet): AddressSet {
    return new AddressSet(this.ipv4.union(other.ipv4), this.ipv6.union(other.ipv6));
  }

  intersect(other: AddressSet): AddressSet {
    return new AddressSet(this.ipv4.intersect(other.ipv4), this.ipv6.intersect(other.ipv6));
  }

  subtract(other: AddressSet): AddressSet {
    return new AddressSet(this.ipv4.subtract(other.ipv4), this.ipv6.subtract(other.ipv6));
  }

  /** Every address, of both families, that is not in the set. */
  complement(): AddressSet {
    return new AddressSet(this.ipv4.complement(), this.ipv6.complement());
  }

  /** Only the addresses of a family. */
  only(family: Family): AddressSet {
    return family === 'ipv4' ? AddressSet.ofIpv4(this.ipv4) : AddressSet.ofIpv6(this.ipv6);
  }

  isEmpty(): boolean {
    return this.ipv4.isEmpty() && this.ipv6.isEmpty();
  }

  /** Whether every address of both families is in the set. */
  isFull(): boolean {
    return this.ipv4.isFull() && this.ipv6.isFull();
  }

  /** The families of which the set has addresses. */
  families(): Family[] {
    const families: Family[] = [];
    if (!this.ipv4.isEmpty()) {
      families.push('ipv4');
    }
    if (!this.ipv6.isEmpty()) {
      families.push('ipv6');
    }
    return families;
  }

  equals(other: AddressSet): boolean {
    return this.ipv4.equals(other.ipv4) && this.ipv6.equals(other.ipv6);
  }

  isSubsetOf(other: AddressSet): boolean {
    return this.ipv4.isSubsetOf(other.ipv4) && this.ipv6.isSubsetOf(other.ipv6);
  }

  intersects(other: AddressSet): boolean {
    return this.ipv4.intersects(other.ipv4) || this.ipv6.intersects(other.ipv6);
  }

  containsIpv4(address: number): boolean {
    return this.ipv4.contains(address);
  }

  containsIpv6(address: bigint): boolean {
    return this.ipv6.contains(address);
  }

  /** How many addresses are in the set. */
  size(): bigint {
    return this.ipv4.size() + this.ipv6.size();
  }

  /** An unsigned 32-bit number from the content, the same in every run; different sets may share it. */
  hash(): number {
    return (Math.imul(this.ipv4.hash(), 31) + this.ipv6.hash()) >>> 0;
  }

  /** 32 hexadecimal digits from the content, for names that follow it. */
  fingerprint(): string {
    return this.ipv4.fingerprint() + this.ipv6.fingerprint();
  }

  /** Each interval as text, IPv4 first, ascending: an address, a prefix where it is exactly one, else `first-last`. */
  *texts(style: IntervalStyle = 'prefix'): Generator<string> {
    for (const set of [this.ipv4, this.ipv6]) {
      for (let i = 0; i < set.intervalCount; i++) {
        yield formatInterval(set, i, style);
      }
    }
  }

  /** The texts of all intervals, joined by `, `. */
  toString(): string {
    return [...this.texts()].join(', ');
  }
}

/**
 * Interval `index` of a set of IPv4 (32 bits) or IPv6 (128 bits) addresses: an address, a prefix where it is exactly one
 * and the style allows it, else `first-last`.
 */
export function formatInterval(set: IntervalSet, index: number, style: IntervalStyle = 'prefix'): string {
  const low = formatEnd(set, set.lows, index);
  if (set.isSingleAt(index)) {
    return low;
  }
  const length = style === 'prefix' ? prefixLengthOfInterval(set, index) : -1;
  return length < 0 ? `${low}-${formatEnd(set, set.highs, index)}` : `${low}/${length}`;
}

function formatEnd(set: IntervalSet, ends: Uint32Array, index: number): string {
  return set.width === 32 ? formatIpv4(ends[index]!) : formatIpv6Words(ends, index);
}

function ofSet(set: IntervalSet): AddressSet {
  return set.width === 32 ? AddressSet.ofIpv4(set) : AddressSet.ofIpv6(set);
}

function parseRange(first: string, last: string): AddressSet | AddressTextError {
  const width = parseIpv4(first) === undefined ? 128 : 32;
  const low = width === 32 ? parseIpv4(first) : parseIpv6(first);
  const high = width === 32 ? parseIpv4(last) : parseIpv6(last);
  if (low === undefined || high === undefined) {
    return 'malformed';
  }
  return low > high ? 'range ends before it starts' : ofSet(IntervalSet.range(width, low, high));
}
