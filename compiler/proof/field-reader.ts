import type { Assignment } from './diagrams.ts';
import { FAMILY_LEVEL, type FieldLayout, type LayoutField } from './fields.ts';

/** Reads the values of a packet's fields from its variables. */
export class FieldReader {
  readonly family: 4 | 6;
  readonly #packet: Assignment;
  readonly #layout: FieldLayout;

  constructor(packet: Assignment, layout: FieldLayout) {
    this.#packet = packet;
    this.#layout = layout;
    this.family = packet.has(FAMILY_LEVEL) ? 6 : 4;
  }

  /** Undefined where the packet lacks the field. */
  value(field: LayoutField, width?: number): bigint | undefined {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#packet.has(place.presence)) return undefined;
    let value = 0n;
    for (let bit = 0; bit < (width ?? place.width); bit++) {
      value = (value << 1n) | (this.#packet.has(place.first + bit) ? 1n : 0n);
    }
    return value;
  }

  /** The same of a field of at most 32 bits. */
  number(field: LayoutField, width?: number): number | undefined {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#packet.has(place.presence)) return undefined;
    let value = 0;
    for (let bit = 0; bit < (width ?? place.width); bit++) {
      value = value * 2 + (this.#packet.has(place.first + bit) ? 1 : 0);
    }
    return value;
  }

  /** Whether the packet has the field, and it is not 0. */
  hasBits(field: LayoutField, width?: number): boolean {
    const place = this.#layout.placeOf(field);
    if (place.presence !== undefined && !this.#packet.has(place.presence)) return false;
    for (let bit = 0; bit < (width ?? place.width); bit++) if (this.#packet.has(place.first + bit)) return true;
    return false;
  }
}
