/** Text as bytes in one growing buffer: a million lines are written without a string for each. */
import { writeIpv4Bytes, writeIpv6Bytes } from '../net/address-writer.ts';

/** Longest text of an IPv6 address, with room to spare. */
const LONGEST_ADDRESS = 64;

export class TextBuffer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1 << 16) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends text; anything beyond ASCII is written as UTF-8. */
  write(text: string): void {
    this.#reserve(text.length * 3);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = at + new TextEncoder().encodeInto(text.slice(i), bytes.subarray(at)).written;
        return;
      }
      bytes[at++] = code;
    }
    this.#length = at;
  }

  /** Appends an IPv4 address. */
  writeIpv4(address: number): void {
    this.#reserve(LONGEST_ADDRESS);
    this.#length = writeIpv4Bytes(address, this.#bytes, this.#length);
  }

  /** Appends the IPv6 address in the four words of row `row` of a column. */
  writeIpv6(words: Uint32Array, row: number): void {
    this.#reserve(LONGEST_ADDRESS);
    this.#length = writeIpv6Bytes(words, row, this.#bytes, this.#length);
  }

  /** Appends a number that is not negative, in decimal. */
  writeNumber(value: number): void {
    this.write(String(value));
  }

  /** The bytes written so far; the buffer must not be written to afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
