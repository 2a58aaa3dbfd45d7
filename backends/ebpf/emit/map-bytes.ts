/** The bytes of a map, one number behind the other, the low byte first; a multiple of eight, as elements of maps have. */
export class MapBytes {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  u32(values: Iterable<number>): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  /** A number in so many bytes, the high byte first, as packets have it. */
  bytesOf(value: bigint, length: number): this {
    for (let at = length - 1, rest = value; at >= 0; at--, rest >>= 8n) {
      this.bytes[this.#at + at] = Number(rest & 0xffn);
    }
    this.#at += length;
    return this;
  }

  /** Zeros. */
  skip(length: number): this {
    this.#at += length;
    return this;
  }

  u64(values: Iterable<bigint>): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#at, value, true);
      this.#at += 8;
    }
    return this;
  }
}
