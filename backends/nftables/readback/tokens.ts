/** One line of nft as tokens: words, quoted strings with their quotes, and brackets, commas and semicolons by themselves. */
import { Misread } from './misread.ts';

/** `@th,64,8` is one word, though it has commas. */
const TOKEN = /"[^"]*"|@(?:ll|nh|th|ih),\d+,\d+|[{}(),;]|[^\s{}(),;"]+/y;
const SPACE = /\s*/y;

export function tokensOf(line: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.test(line);
    at = SPACE.lastIndex;
    if (at >= line.length) return tokens;
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(line);
    if (!found) throw new Misread(`\`${line.slice(at, at + 20)}\` is no token`);
    tokens.push(found[0]);
    at = TOKEN.lastIndex;
  }
}

/** Tokens, and how far they have been read. */
export class Tokens {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  static of(line: string): Tokens {
    return new Tokens(tokensOf(line));
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The token `ahead` of the next one; empty behind the last. */
  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? '';
  }

  next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Misread('the line ends too early');
    this.#at += 1;
    return token;
  }

  /** Reads on over these words if all of them stand here. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.peek(ahead) === word)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (!this.take(word)) throw new Misread(`\`${this.peek()}\` where \`${word}\` was expected`);
    }
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new Misread(`\`${this.peek()}\` was not expected`);
  }

  /** A string without its quotes. */
  quoted(): string {
    const token = this.next();
    if (!/^"[^"]*"$/.test(token)) throw new Misread(`\`${token}\` where a quoted string was expected`);
    return token.slice(1, -1);
  }

  /** A whole number, decimal or hexadecimal. */
  number(): number {
    const token = this.next();
    if (!/^(\d+|0x[0-9a-f]+)$/.test(token)) throw new Misread(`\`${token}\` where a number was expected`);
    return Number(token);
  }

  /** A name that the table's author chose. */
  name(): string {
    const token = this.next();
    if (!/^[A-Za-z]\w*$/.test(token)) throw new Misread(`\`${token}\` where a name was expected`);
    return token;
  }
}
