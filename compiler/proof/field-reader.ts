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

  number(field: LayoutField): number | undefined {
    const value = this.value(field);
    return value === undefined ? undefined : Number(value);
  }
}
