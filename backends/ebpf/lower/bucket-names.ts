/** What tables of buckets are called in the kernel, where names have at most 15 letters. */
import { hashOf } from './hash.ts';

/** Two more are for the family. */
const LONGEST = 13;
const SHORT = 8;

export class BucketNames {
  readonly #taken = new Set<string>();

  /**
   * A name for a limiter: its last words, which tell it from others (`mitigate uplink/drop udp/53` is `drop_udp_53`); where
   * several end alike, with four digits of a hash.
   */
  nameFor(limiter: string): string {
    const words = limiter.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    let name = lastWords(words, LONGEST);
    for (let salt = 0; this.#taken.has(name); salt++) {
      const digits = (hashOf(`${salt} ${limiter}`) & 0xffffn).toString(16).padStart(4, '0');
      name = `${lastWords(words, SHORT)}_${digits}`;
    }
    this.#taken.add(name);
    return name;
  }
}

function lastWords(words: readonly string[], most: number): string {
  let text = (words.at(-1) ?? 'limit').slice(-most);
  for (const word of words.slice(0, -1).toReversed()) {
    const longer = `${word}_${text}`;
    if (longer.length > most) break;
    text = longer;
  }
  return text;
}
