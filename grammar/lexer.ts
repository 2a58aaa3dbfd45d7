/**
 * Text to tokens, one pass over character codes. Literals come out whole, with what they stand for; what cannot be read
 * is a finding, and the lexer goes on behind it.
 */
import { EOF, type TokenType } from 'chevrotain';
import type { Weekday } from './ast/index.ts';
import type { Comment } from './comment.ts';
import { diagnostic, type Diagnostic, type DiagnosticKind } from './diagnostic.ts';
import { closest } from './did-you-mean.ts';
import { beginsColoned, lexColoned, lexIPv4, skipColoned, skipDotted } from './lexer/address-literal.ts';
import { isBlank, isDigit, isHexDigit, isLetter, isWordPart, skipDigits, skipWord } from './lexer/characters.ts';
import type { Lexed, LexerContext } from './lexer/context.ts';
import { isTime, lexDecimal, lexFraction, lexHexadecimal, lexTime, lexUtcOffset } from './lexer/number-literal.ts';
import { lexString } from './lexer/string-literal.ts';
import { PROBLEMS } from './problems.ts';
import type { SourceFile } from './source.ts';
import * as T from './tokens.ts';
import { HYPHENATED_WORDS, LACP_MODE, WEEKDAYS } from './words.ts';

const COLON = 0x3a;
const DOT = 0x2e;
const HASH = 0x23;
const HYPHEN = 0x2d;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** Signs of one character that begin no longer one. */
const SIGNS = new Map<number, TokenType>(
  Object.entries({
    '{': T.LeftBrace,
    '}': T.RightBrace,
    '(': T.LeftParenthesis,
    ')': T.RightParenthesis,
    '[': T.LeftBracket,
    ']': T.RightBracket,
    ',': T.Comma,
    '&': T.Ampersand,
    '/': T.Slash,
    '+': T.Plus,
    ':': T.Colon,
    '=': T.Equals,
    '<': T.ComparisonToken,
    '>': T.ComparisonToken,
  }).map(([sign, type]) => [sign.charCodeAt(0), type]),
);

/** What people of other languages write, and what to write instead. */
const ADVICE: Readonly<Record<string, string>> = {
  ';': 'statements need no terminator: leave it out',
  '!': 'write `not`, or `!=` in a comparison',
  '|': 'write `or` in an expression, and a comma or `+` between sets',
  '*': 'put the name in quotes: `"wg*"`',
  "'": 'texts and names are quoted with `"`',
  '“': 'texts and names are quoted with `"`',
  '”': 'texts and names are quoted with `"`',
  $: 'a name is written without a sign in front',
  '@': 'a name is written without a sign in front',
  '\u00a0': 'this is a no-break space: write a plain space',
};

export class Lexer implements LexerContext {
  readonly source: SourceFile;
  readonly comments: Comment[] = [];
  readonly findings: Diagnostic[] = [];
  readonly #words = new Map<string, { readonly word: string; readonly type: TokenType }>();
  #at: number;
  #firstOnLine = true;
  #documentation: Comment[] | undefined;
  #previous: T.PolicyToken | undefined;
  #finished = false;

  constructor(source: SourceFile) {
    this.source = source;
    this.#at = source.text.startsWith('\ufeff') ? 1 : 0;
  }

  /**
   * Appends the next tokens, `count` or a few less; at the end of the text an end token, and then nothing. False: the
   * end token was appended, by this call or before.
   */
  lex(tokens: T.PolicyToken[], count: number): boolean {
    for (let made = 0; made < count && !this.#finished; made++) {
      this.#skipBlanks();
      if (this.#at >= this.source.text.length) {
        this.#finished = true;
        this.#push(tokens, { end: this.#at, type: EOF, payload: undefined });
        break;
      }
      const lexed = this.#next();
      if (lexed) this.#push(tokens, lexed);
    }
    return !this.#finished;
  }

  report(kind: DiagnosticKind, start: number, end: number, message: string, hint?: string): void {
    this.findings.push(diagnostic(kind, { source: this.source, start, end }, message, { hint }));
  }

  #push(tokens: T.PolicyToken[], lexed: Lexed): void {
    const token = new T.PolicyToken(
      this.source,
      this.#at,
      lexed.end,
      lexed.type,
      lexed.payload,
      this.#firstOnLine,
      this.#documentation,
    );
    if (lexed.type === T.Keyword.set) this.#markEffect();
    tokens.push(token);
    this.#previous = token;
    this.#documentation = undefined;
    this.#firstOnLine = false;
    this.#at = lexed.end;
  }

  /** `mark` and `dscp` in front of `set` begin an effect. */
  #markEffect(): void {
    const token = this.#previous;
    if (token?.tokenType === T.Keyword.mark) token.tokenType = T.MarkOfEffect;
    else if (token?.tokenType === T.Keyword.dscp) token.tokenType = T.DscpOfEffect;
    else return;
    token.tokenTypeIdx = token.tokenType.tokenTypeIdx ?? 0;
  }

  #skipBlanks(): void {
    const { text } = this.source;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === NEWLINE) this.#firstOnLine = true;
      else if (code === HASH) {
        this.#comment();
        continue;
      } else if (!isBlank(code)) return;
      this.#at++;
    }
  }

  #comment(): void {
    const { text } = this.source;
    const start = this.#at;
    const newline = text.indexOf('\n', start);
    let end = newline < 0 ? text.length : newline;
    this.#at = end;
    if (text.charCodeAt(end - 1) === 0x0d) end--;
    const documents = this.#firstOnLine && text.charCodeAt(start + 1) === HASH;
    const comment: Comment = { span: { source: this.source, start, end }, documents, attached: false };
    this.comments.push(comment);
    if (documents) (this.#documentation ??= []).push(comment);
  }

  /** The token at hand; undefined if nothing of it can be one. */
  #next(): Lexed | undefined {
    const { text } = this.source;
    const at = this.#at;
    const code = text.charCodeAt(at);
    if (isLetter(code)) return this.#word(code);
    if (isDigit(code)) return this.#number(code);
    if (code === QUOTE) return lexString(this, at);
    const next = text.charCodeAt(at + 1);
    if (code === COLON && next === COLON) return lexColoned(this, at, skipColoned(text, at));
    if (code === HYPHEN) return this.#hyphen(next);
    if (code === DOT) {
      return next === DOT ? { end: at + 2, type: T.DotDot, payload: undefined } : this.#sign(T.Dot);
    }
    if (next === EQUALS && (code === EQUALS || code === 0x21 || code === 0x3c || code === GREATER)) {
      return { end: at + 2, type: T.ComparisonToken, payload: undefined };
    }
    if (code === 0x2b) {
      const offset = lexUtcOffset(this, at);
      if (offset) return offset;
    }
    const sign = SIGNS.get(code);
    return sign === undefined ? this.#unknown() : this.#sign(sign);
  }

  #sign(type: TokenType): Lexed {
    return { end: this.#at + 1, type, payload: undefined };
  }

  #word(first: number): Lexed {
    const { text } = this.source;
    const start = this.#at;
    const end = skipWord(text, start);
    const next = text.charCodeAt(end);
    // Behind a dot stands a column, whatever it looks like: `f.room:f.inner`, `f.dead:f.beef`.
    if (next === COLON && isHexDigit(first) && this.#previous?.tokenType !== T.Dot && beginsColoned(text, start)) {
      return lexColoned(this, start, skipColoned(text, start));
    }
    if (next === HYPHEN && isWordPart(text.charCodeAt(end + 1))) return this.#hyphenated(start, end);
    return this.#known(text.slice(start, end), end);
  }

  /** Every word is made once: names come again and again. */
  #known(word: string, end: number): Lexed {
    let known = this.#words.get(word);
    if (known === undefined) {
      known = { word, type: T.wordType(word) };
      this.#words.set(word, known);
    }
    return { end, type: known.type, payload: known.word };
  }

  #hyphenated(start: number, wordEnd: number): Lexed {
    const { text } = this.source;
    let end = wordEnd;
    while (text.charCodeAt(end) === HYPHEN && isWordPart(text.charCodeAt(end + 1))) end = skipWord(text, end + 1);
    const word = end - start > 64 ? '' : text.slice(start, end);
    if (HYPHENATED_WORDS.has(word)) return { end, type: T.HyphenatedWord, payload: undefined };
    const days = weekdayRange(word);
    if (days) return { end, type: T.WeekdayRangeToken, payload: days };
    const proposal = word === '' ? undefined : closest(word, HYPHENATED_WORDS);
    const isDays = WEEKDAYS.some((day) => word.startsWith(`${day}-`) || word.endsWith(`-${day}`));
    this.report(
      PROBLEMS.unknownHyphenatedWord,
      start,
      end,
      `\`${text.slice(start, Math.min(end, start + 64))}\` is no word of the language`,
      hyphenAdvice(proposal, isDays),
    );
    return { end, type: T.Word, payload: undefined };
  }

  #number(first: number): Lexed {
    const { text } = this.source;
    const start = this.#at;
    if (first === 0x30 && (text.charCodeAt(start + 1) | 0x20) === 0x78) return lexHexadecimal(this, start);
    const end = skipDigits(text, start);
    const next = text.charCodeAt(end);
    if (next === DOT && isDigit(text.charCodeAt(end + 1))) return this.#dotted(start, end);
    if (next === COLON && this.#continuesColoned(end)) return this.#coloned(start);
    if (isHexDigit(next) && beginsColoned(text, start)) return this.#coloned(start);
    return lexDecimal(this, start, end);
  }

  /** Behind a column, `8080:` would be two things; behind digits, a colon and a digit are one. */
  #continuesColoned(colon: number): boolean {
    const beyond = this.source.text.charCodeAt(colon + 1);
    return isHexDigit(beyond) || beyond === COLON;
  }

  #coloned(start: number): Lexed {
    const { text } = this.source;
    const end = skipColoned(text, start);
    return isTime(text, start, end) ? lexTime(this, start, end) : lexColoned(this, start, end);
  }

  #dotted(start: number, dot: number): Lexed {
    const { text } = this.source;
    if (text.startsWith(LACP_MODE, start) && !isWordPart(text.charCodeAt(start + LACP_MODE.length))) {
      return { end: start + LACP_MODE.length, type: T.HyphenatedWord, payload: undefined };
    }
    const end = skipDotted(text, start);
    return skipDigits(text, dot + 1) === end ? lexFraction(this, start, dot, end) : lexIPv4(this, start, end);
  }

  #hyphen(next: number): Lexed {
    const { text } = this.source;
    const at = this.#at;
    if (next === GREATER) return { end: at + 2, type: T.Arrow, payload: undefined };
    const offset = lexUtcOffset(this, at);
    if (offset) return offset;
    const spaceBefore = at === 0 || isBlank(text.charCodeAt(at - 1));
    if (!spaceBefore || !(isBlank(next) || at + 1 === text.length)) {
      this.report(
        PROBLEMS.crowdedMinus,
        at,
        at + 1,
        'this hyphen joins nothing',
        'the difference of two sets has a space on both sides of it; a range has none, and a literal at both ends',
      );
    }
    return this.#sign(T.Minus);
  }

  #advice(character: string): string | undefined {
    // A star is part of a name, or of some other language.
    if (character === '*' && !isWordPart(this.source.text.charCodeAt(this.#at - 2))) return undefined;
    return ADVICE[character];
  }

  /** Skips what no token begins with, as far as it goes on, with one finding. */
  #unknown(): undefined {
    const { text } = this.source;
    const start = this.#at;
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0xfffd);
    let end = start + character.length;
    while (end < text.length && text.charCodeAt(end) >= 0x80) end++;
    while (text.charCodeAt(end) < 0x20 && !isBlank(text.charCodeAt(end))) end++;
    this.#at = end;
    this.#firstOnLine = false;
    const name = /[\p{L}\p{N}]/u.test(character);
    this.report(
      PROBLEMS.unknownCharacter,
      start,
      end,
      name ? `\`${character}\` cannot stand in a name without quotes` : `${describe(character)} means nothing here`,
      name ? 'put the whole name in quotes' : this.#advice(character),
    );
    return undefined;
  }
}

/** Control characters by number: nobody sees them. */
function describe(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const visible = code > 0x20 && code !== 0x7f && !/[\p{C}\p{Z}]/u.test(character);
  return visible ? `\`${character}\`` : `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function hyphenAdvice(proposal: string | undefined, isDays: boolean): string {
  if (isDays) return `the days are ${WEEKDAYS.join(', ')}`;
  if (proposal !== undefined) return `did you mean \`${proposal}\`?`;
  return 'if it is a name, put it in quotes; the difference of two sets has spaces: `a - b`';
}

/** The days of `mon-fri`; `sat-mon` goes over the end of the week. */
function weekdayRange(word: string): readonly Weekday[] | undefined {
  if (word.length !== 7) return undefined;
  const days: readonly string[] = WEEKDAYS;
  const first = days.indexOf(word.slice(0, 3));
  const last = days.indexOf(word.slice(4));
  if (first < 0 || last < 0) return undefined;
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => WEEKDAYS[(first + index) % 7] ?? 'mon');
}
