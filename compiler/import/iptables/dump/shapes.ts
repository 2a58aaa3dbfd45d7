/**
 * The shapes of rules: a rule's words with its values (addresses, ports, numbers, quoted texts, chains jumped to) taken
 * out. A dump of a million rules has a few dozen, and options are read once for each.
 */
import { isBlank, isUnclosed, wordEnd } from './tokens.ts';

const SPACE = 32;
const QUOTE = 34;
const HYPHEN = 45;
const COLON = 58;

/** A word of a shape; `undefined` stands for a value. */
export type ShapeWord = string | undefined;

export interface Shape {
  readonly words: readonly ShapeWord[];
}

/** Words that a jump's target stands behind. */
const JUMPS: ReadonlySet<string> = new Set(['-j', '-g', '--jump', '--goto']);

export class ShapeTable {
  readonly shapes: Shape[] = [];
  readonly #byHash = new Map<number, number[]>();
  /** Begin and end of each word of the line at hand; the end of a value is negative. */
  #bounds = new Int32Array(256);
  #words = 0;

  /**
   * The shape of the words from `from` to `end`, undefined where a quoted text has no end; `isChain` tells chains of the
   * table from targets.
   */
  intern(text: string, from: number, end: number, isChain: (name: string) => boolean): number | undefined {
    const hash = this.#scan(text, from, end, isChain);
    const last = this.#bounds[this.#words * 2 - 2] ?? from;
    if (this.#words > 0 && isUnclosed(text, last, end)) return undefined;
    const known = this.#byHash.get(hash);
    const same = known?.find((shape) => this.#equals(text, this.shapes[shape]!));
    if (same !== undefined) return same;
    const words: ShapeWord[] = [];
    for (let at = 0; at < this.#words; at++) {
      const wordEndsAt = this.#bounds[at * 2 + 1]!;
      words.push(wordEndsAt < 0 ? undefined : text.slice(this.#bounds[at * 2], wordEndsAt));
    }
    const shape = this.shapes.push({ words }) - 1;
    if (known) known.push(shape);
    else this.#byHash.set(hash, [shape]);
    return shape;
  }

  #scan(text: string, from: number, end: number, isChain: (name: string) => boolean): number {
    let [low, high] = [0x811c9dc5, 0x9747b28c];
    this.#words = 0;
    let jumps = false;
    for (let at = from; at < end;) {
      if (isBlank(text.charCodeAt(at))) {
        at++;
        continue;
      }
      const stop = wordEnd(text, at, end);
      const isValue = jumps ? isChain(text.slice(at, stop)) : isValueAt(text, at, stop);
      this.#note(at, isValue ? -stop : stop);
      if (isValue) [low, high] = [Math.imul(low ^ 1, 0x01000193), Math.imul(high ^ 3, 0x85ebca6b)];
      else {
        for (let k = at; k < stop; k++) {
          const code = text.charCodeAt(k);
          low = Math.imul(low ^ code, 0x01000193);
          high = Math.imul(high ^ code, 0x85ebca6b) + 1;
        }
      }
      [low, high] = [Math.imul(low ^ SPACE, 0x01000193), Math.imul(high ^ SPACE, 0x85ebca6b)];
      jumps = text.charCodeAt(at) === HYPHEN && JUMPS.has(text.slice(at, stop));
      at = stop;
    }
    return (low >>> 0) * 0x200000 + (high >>> 11);
  }

  #note(start: number, stop: number): void {
    if (this.#words * 2 + 2 > this.#bounds.length) {
      const longer = new Int32Array(this.#bounds.length * 2);
      longer.set(this.#bounds);
      this.#bounds = longer;
    }
    this.#bounds[this.#words * 2] = start;
    this.#bounds[this.#words * 2 + 1] = stop;
    this.#words++;
  }

  #equals(text: string, { words }: Shape): boolean {
    if (words.length !== this.#words) return false;
    for (let at = 0; at < words.length; at++) {
      const [start, stop] = [this.#bounds[at * 2]!, this.#bounds[at * 2 + 1]!];
      const word = words[at];
      if (word === undefined ? stop >= 0 : stop < 0 || stop - start !== word.length || !text.startsWith(word, start)) {
        return false;
      }
    }
    return true;
  }
}

/** Numbers, addresses and quoted texts. Names of interfaces and of options are part of a shape. */
function isValueAt(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from);
  if (first === QUOTE || (first >= 48 && first <= 57)) return true;
  // An IPv6 address may begin with a letter or a colon.
  const isHex = (first >= 97 && first <= 102) || (first >= 65 && first <= 70) || first === COLON;
  return isHex && text.slice(from, to).includes(':') && /^[\da-fA-F:.]+(\/|-|$)/.test(text.slice(from, to));
}
