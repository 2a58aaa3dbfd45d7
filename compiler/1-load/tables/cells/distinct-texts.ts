/** For columns with few different texts, each of which takes some work: it is done once for each. */
import { decodeUtf8 } from '../../utf8.ts';
import { ByteInterner } from '../byte-interner.ts';

export class DistinctTexts<Value> {
  readonly #read: (text: string) => Value | undefined;
  readonly #texts = new ByteInterner();
  readonly #values: (Value | undefined)[] = [];

  /** `read`: what a text means, or undefined if it means nothing. */
  constructor(read: (text: string) => Value | undefined) {
    this.#read = read;
  }

  /** What the text `bytes[start..end)` means. */
  valueOf(bytes: Uint8Array, start: number, end: number): Value | undefined {
    const text = this.#texts.intern(bytes, start, end);
    if (text === this.#values.length) this.#values.push(this.#read(decodeUtf8(bytes.subarray(start, end))));
    return this.#values[text];
  }
}
