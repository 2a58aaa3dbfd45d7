/** Texts numbered in the order in which they first occur, without making a string for each that is looked up. */
import { decodeUtf8, utf16Length } from '../utf8.ts';

const FIRST_CAPACITY = 64;

/** An open hash table over texts in bytes; a text's number is its place in `strings()`. */
export class ByteInterner {
  #size = 0;
  /** Number + 1 of the text in each slot, 0 for a free one. Never more than half full. */
  #slots = new Uint32Array(2 * FIRST_CAPACITY);
  #hashes = new Uint32Array(FIRST_CAPACITY);
  /** Where each text begins in `#arena`; the end of the last one behind it. */
  #offsets = new Uint32Array(FIRST_CAPACITY + 1);
  #arena = new Uint8Array(16 * FIRST_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /** The number of the text `bytes[start..end)`, which is added if it is new. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(bytes, start, end, hash);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    this.#slots[slot] = this.#size + 1;
    this.#append(bytes, start, end, hash);
    return this.#size - 1;
  }

  /** The number of the text `bytes[start..end)`; −1 if it was never interned. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
  }

  /** All texts by their numbers. */
  strings(): string[] {
    const bytes = this.#arena.subarray(0, this.#offsets[this.#size]);
    // One long string that the others are cut from: a call of the decoder for each text would cost many times as much.
    const all = decodeUtf8(bytes);
    const texts: string[] = [];
    let from = 0;
    for (let index = 0; index < this.#size; index++) {
      const to = from + utf16Length(bytes, this.#offsets[index]!, this.#offsets[index + 1]!);
      texts.push(all.slice(from, to));
      from = to;
    }
    return texts;
  }

  /** The slot that holds the text, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const index = this.#slots[slot]! - 1;
      if (index < 0 || (this.#hashes[index] === hash && this.#equals(index, bytes, start, end))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const offset = this.#offsets[index]!;
    const length = end - start;
    if (this.#offsets[index + 1]! - offset !== length) return false;
    for (let k = 0; k < length; k++) {
      if (this.#arena[offset + k] !== bytes[start + k]) return false;
    }
    return true;
  }

  #append(bytes: Uint8Array, start: number, end: number, hash: number): void {
    const offset = this.#offsets[this.#size]!;
    const behind = offset + end - start;
    if (behind > this.#arena.length) {
      const arena = new Uint8Array(Math.max(2 * this.#arena.length, behind));
      arena.set(this.#arena);
      this.#arena = arena;
    }
    this.#arena.set(bytes.subarray(start, end), offset);
    this.#hashes[this.#size] = hash;
    this.#offsets[++this.#size] = behind;
    if (this.#size === this.#hashes.length) this.#grow();
  }

  #grow(): void {
    const capacity = 2 * this.#size;
    const hashes = new Uint32Array(capacity);
    hashes.set(this.#hashes);
    const offsets = new Uint32Array(capacity + 1);
    offsets.set(this.#offsets);
    const slots = new Uint32Array(2 * capacity);
    for (let index = 0; index < this.#size; index++) {
      let slot = hashes[index]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = index + 1;
    }
    this.#hashes = hashes;
    this.#offsets = offsets;
    this.#slots = slots;
  }
}

/** FNV-1a, with its bits mixed down, because a slot is taken from the lowest ones. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
