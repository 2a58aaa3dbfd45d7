/**
 * Masked equality: the values that agree with a given value in all bits of a mask, as `mark & 0xff00 == 0x1200`, an
 * address suffix or a foreign mask asks for. Any mask, contiguous or not.
 */
import { IntervalBuilder } from './interval-columns.ts';
import { IntervalSet } from './interval-set.ts';
import { strideOf, writeOnes, writeValue, type Value } from './words.ts';

// A mask with free bits above its lowest one stands for an interval for each of their combinations: 65,536 at most.
const MOST_FREE_BITS = 16;

export class MaskedValue {
  /** Bits of the field, 1 to 128. */
  readonly width: number;
  /** The bits asked for; zero outside the mask. A bigint whatever the width. */
  readonly value: bigint;
  /** The bits that count. A bigint whatever the width. */
  readonly mask: bigint;

  /** Bits of `value` outside the mask count for nothing. Throws a RangeError for more than `width` bits in either. */
  constructor(width: number, value: Value, mask: Value) {
    requireBits(width, value);
    requireBits(width, mask);
    this.width = width;
    this.mask = BigInt(mask);
    this.value = BigInt(value) & this.mask;
  }

  /** The prefix of the given length. Throws a RangeError for a length that is no integer from 0 to the width. */
  static ofPrefix(width: number, address: Value, length: number): MaskedValue {
    if (!Number.isInteger(length) || length < 0 || length > width) {
      throw new RangeError(`${length} is no prefix length for a field of ${width} bits`);
    }
    const all = (1n << BigInt(width)) - 1n;
    return new MaskedValue(width, address, all & ~((1n << BigInt(width - length)) - 1n));
  }

  /** Whether the value agrees in all bits of the mask. */
  contains(value: Value): boolean {
    requireBits(this.width, value);
    return (BigInt(value) & this.mask) === this.value;
  }

  /** Whether all values of the field agree. */
  isFull(): boolean {
    return this.mask === 0n;
  }

  /** The values of both, which is a masked equality again; undefined where there are none. */
  intersect(other: MaskedValue): MaskedValue | undefined {
    if (!this.intersects(other)) {
      return undefined;
    }
    return new MaskedValue(this.width, this.value | other.value, this.mask | other.mask);
  }

  /** Whether some value agrees with both. Throws a RangeError for another width, as all that compare two do. */
  intersects(other: MaskedValue): boolean {
    this.#requireSameWidth(other);
    return ((this.value ^ other.value) & this.mask & other.mask) === 0n;
  }

  /** Whether every value that agrees with this one agrees with the other. */
  isSubsetOf(other: MaskedValue): boolean {
    this.#requireSameWidth(other);
    return (other.mask & ~this.mask) === 0n && (this.value & other.mask) === other.value;
  }

  equals(other: MaskedValue): boolean {
    return this.width === other.width && this.mask === other.mask && this.value === other.value;
  }

  /** The length of the prefix that this is; undefined where the mask is no run of upper bits. */
  prefixLength(): number | undefined {
    const free = freeBits(this.width, this.mask);
    return free.above.length === 0 ? this.width - free.below : undefined;
  }

  /**
   * The same values as an interval set. Undefined where the mask leaves more than 16 bits free above its lowest one,
   * which would be more than 65,536 intervals; prefixes and fields of up to 16 bits always have a set.
   */
  toIntervalSet(): IntervalSet | undefined {
    const { below, above } = freeBits(this.width, this.mask);
    if (above.length > MOST_FREE_BITS) {
      return undefined;
    }
    const count = 2 ** above.length;
    const builder = new IntervalBuilder(this.width, count);
    const low = new Uint32Array(strideOf(this.width));
    const high = new Uint32Array(strideOf(this.width));
    writeOnes(below, high, 0, strideOf(this.width));
    const block = high.slice();
    for (let combination = 0; combination < count; combination++) {
      let value = this.value;
      above.forEach((bit, i) => {
        if ((combination >>> i) & 1) {
          value |= bit;
        }
      });
      writeValue(this.width, value, low, 0);
      low.forEach((word, k) => {
        high[k] = word | block[k]!;
      });
      builder.append(low, 0, high, 0);
    }
    const { lows, highs } = builder.finish();
    return IntervalSet.fromColumns(this.width, lows, highs);
  }

  #requireSameWidth(other: MaskedValue): void {
    if (this.width !== other.width) {
      throw new RangeError(`a masked value of ${other.width} bits where one of ${this.width} bits is needed`);
    }
  }
}

/** How many bits below the mask's lowest one are free, and each free bit above that, ascending. */
function freeBits(width: number, mask: bigint): { below: number; above: bigint[] } {
  let below = 0;
  while (below < width && ((mask >> BigInt(below)) & 1n) === 0n) {
    below++;
  }
  const above: bigint[] = [];
  for (let bit = below; bit < width; bit++) {
    if (((mask >> BigInt(bit)) & 1n) === 0n) {
      above.push(1n << BigInt(bit));
    }
  }
  return { below, above };
}

function requireBits(width: number, value: Value): void {
  writeValue(width, value, new Uint32Array(strideOf(width)), 0);
}
