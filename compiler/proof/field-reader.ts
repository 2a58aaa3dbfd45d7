import type { Assignment } from './diagrams.ts';
import { FAMILY_LEVEL, type FieldLayout, type LayoutField } from './fields.ts';

const WORD_BITS = 32;

/** Reads the values of a packet's fields from its variables. */
export class FieldReader {
  readonly family: 4 | 6;
  /** The variables of fields, in their order, the first one in the highest bit: most fields are then one or two words. */
  readonly #bits: Uint32Array;
  readonly #layout: FieldLayout;

  constructor(packet: Assignment, layout: FieldLayout) {
    // One word more: a field is read as if something stood behind it.
    this.#bits = new Uint32Array(Math.ceil(layout.firstFree / WORD_BITS) + 1);
    for (const level of packet) {
      if (level < layout.firstFree) this.#bits[level >>> 5]! |= 0x8000_0000 >>> (level & 31);
    }
    this.#layout = layout;
    this.family = packet.has(FAMILY_LEVEL) ? 6 : 4;
  }

  /** Undefined where the packet lacks the field. */
  value(field: LayoutField, width?: number): bigint | undefined {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#has(place.presence)) return undefined;
    const end = place.first + (width ?? place.width);
    let value = 0n;
    for (let from = place.first; from < end; from += WORD_BITS) {
      const bits = Math.min(WORD_BITS, end - from);
      value = (value << BigInt(bits)) | BigInt(this.#read(from, bits));
    }
    return value;
  }

  /** The same of a field of at most 32 bits. */
  number(field: LayoutField, width?: number): number | undefined {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#has(place.presence)) return undefined;
    return this.#read(place.first, width ?? place.width);
  }

  /** Whether the packet has the field, and it is not 0. */
  hasBits(field: LayoutField, width?: number): boolean {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#has(place.presence)) return false;
    const end = place.first + (width ?? place.width);
    for (let from = place.first; from < end; from += WORD_BITS) {
      if (this.#read(from, Math.min(WORD_BITS, end - from)) !== 0) return true;
    }
    return false;
  }

  #has(level: number): boolean {
    return this.#read(level, 1) === 1;
  }

  /** The number that 1 to 32 variables from one on are, the most significant first. */
  #read(first: number, count: number): number {
    const word = first >>> 5;
    const skipped = first & 31;
    const head = this.#bits[word]! << skipped;
    // A shift by 32 would be one by 0.
    const tail = skipped === 0 ? 0 : this.#bits[word + 1]! >>> (WORD_BITS - skipped);
    return (head | tail) >>> (WORD_BITS - count);
  }
}
