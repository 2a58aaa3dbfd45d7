/**
 * JSON (RFC 8259) value by value, from bytes and without making objects: a table's cells go straight into columns, numbers
 * keep all their digits, and every value has its place. `JSON.parse` gives none of these.
 */

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
const BACKSLASH = 0x5c;
const OPEN = { array: 0x5b, object: 0x7b } as const;
const CLOSE = { array: 0x5d, object: 0x7d } as const;

export type JsonKind = 'string' | 'number' | 'true' | 'false' | 'null' | 'array' | 'object';

export interface JsonFault {
  readonly message: string;
  readonly at: number;
}

/** What an escape of one letter stands for. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  [...'"\\/bfnrt'].map((letter, index) => [letter.codePointAt(0) ?? 0, '"\\/\b\f\n\r\t'.codePointAt(index) ?? 0]),
);

const encoder = new TextEncoder();

export class JsonScanner {
  readonly #bytes: Uint8Array;
  #at: number;
  #line = 1;
  #fault: JsonFault | undefined;
  #start = 0;
  #end = 0;
  #escaped = false;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** The first thing that is not JSON; from then on everything answers no. */
  get fault(): JsonFault | undefined {
    return this.#fault;
  }

  get at(): number {
    return this.#at;
  }

  /** The line, counted from 1, up to which was read. */
  get line(): number {
    return this.#line;
  }

  /** Where the string, number or word that was read last begins and ends; a string without its quotes. */
  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Whether the string that was read last has escapes, so that `text` has to be asked for it. */
  get isEscaped(): boolean {
    return this.#escaped;
  }

  /** The string that was read last, in UTF-8, with its escapes resolved. Half a surrogate pair becomes U+FFFD. */
  text(): Uint8Array {
    const raw = this.#bytes.subarray(this.#start, this.#end);
    if (!this.#escaped) return raw;
    // An escape is never shorter than what it stands for.
    const text = new Uint8Array(raw.length);
    let length = 0;
    for (let at = 0; at < raw.length; at++) {
      const byte = raw[at]!;
      if (byte !== BACKSLASH) {
        text[length++] = byte;
        continue;
      }
      const letter = raw[++at]!;
      if (letter !== LETTER_U) {
        text[length++] = ESCAPES.get(letter) ?? letter;
        continue;
      }
      let units = '';
      at -= 1;
      while (raw[at] === BACKSLASH && raw[at + 1] === LETTER_U) {
        units += String.fromCharCode(hexadecimal(raw, at + 2));
        at += 6;
      }
      at -= 1;
      length += encoder.encodeInto(units, text.subarray(length)).written;
    }
    return text.subarray(0, length);
  }

  /** What kind of value begins here, after white space; undefined for none. */
  peek(): JsonKind | undefined {
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) return 'string';
    if (byte === OPEN.array) return 'array';
    if (byte === OPEN.object) return 'object';
    if (byte === MINUS || isDigit(byte)) return 'number';
    return byte === 0x74 ? 'true' : byte === 0x66 ? 'false' : byte === 0x6e ? 'null' : undefined;
  }

  /** Goes into the array or object that begins here. True if it has a first element, which is next. */
  enter(kind: 'array' | 'object'): boolean {
    this.#at++;
    this.#skipSpace();
    if (this.#bytes[this.#at] !== CLOSE[kind]) return true;
    this.#at++;
    return false;
  }

  /** Behind an element of an array or object: true if another follows, which is next; false behind its end. */
  next(kind: 'array' | 'object'): boolean {
    this.#skipSpace();
    const byte = this.#bytes[this.#at];
    if (byte === COMMA) {
      this.#at++;
      this.#skipSpace();
      return true;
    }
    if (byte === CLOSE[kind]) this.#at++;
    else this.#fail(`"," or "${kind === 'array' ? ']' : '}'}" is missing here`);
    return false;
  }

  /** Reads the key of an object's member and the colon behind it. */
  key(): boolean {
    if (this.#bytes[this.#at] !== QUOTE) return this.#fail('a key in double quotes belongs here');
    if (!this.#string()) return false;
    this.#skipSpace();
    if (this.#bytes[this.#at] !== COLON) return this.#fail('":" is missing behind the key');
    this.#at++;
    return true;
  }

  /** Reads a string, number or word. */
  scalar(): boolean {
    const kind = this.peek();
    switch (kind) {
      case 'string':
        return this.#string();
      case 'number':
        return this.#number();
      case 'true':
      case 'false':
      case 'null':
        return this.#word(kind);
      default:
        return this.#fail('a value belongs here');
    }
  }

  /** Reads any value and passes it over; nesting may be as deep as the file is long. */
  skip(): boolean {
    const open: ('array' | 'object')[] = [];
    do {
      const kind = this.peek();
      if (kind === 'array' || kind === 'object') {
        if (this.enter(kind)) {
          open.push(kind);
          if (kind === 'object' && !this.key()) return false;
          continue;
        }
      } else if (!this.scalar()) {
        return false;
      }
      if (!this.#closeEnded(open)) return false;
    } while (open.length > 0);
    return true;
  }

  /** Behind a value: closes whatever ends here, and reads the key of the member that follows. */
  #closeEnded(open: ('array' | 'object')[]): boolean {
    for (let innermost = open.at(-1); innermost !== undefined; innermost = open.at(-1)) {
      if (this.next(innermost)) return innermost === 'array' || this.key();
      if (this.#fault) return false;
      open.pop();
    }
    return true;
  }

  /** Whether nothing but white space is left. */
  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#bytes.length || this.#fail('the value has ended, but there is more');
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[this.#at + 1] !== LINE_FEED)) this.#line++;
      else if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return;
      this.#at++;
    }
  }

  #string(): boolean {
    const bytes = this.#bytes;
    this.#start = this.#at + 1;
    this.#escaped = false;
    let at = this.#start;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined) return this.#fail('this string is never closed');
      if (byte < SPACE) return this.#fail('a control character in a string has to be escaped', at);
      at++;
      if (byte !== BACKSLASH) continue;
      this.#escaped = true;
      const letter = bytes[at] ?? 0;
      if (letter === LETTER_U ? hexadecimal(bytes, at + 1) < 0 : !ESCAPES.has(letter)) {
        return this.#fail('no such escape', at - 1);
      }
      at += letter === LETTER_U ? 5 : 1;
    }
    this.#end = at;
    this.#at = at + 1;
    return true;
  }

  #number(): boolean {
    const bytes = this.#bytes;
    this.#start = this.#at;
    let at = this.#at;
    if (bytes[at] === MINUS) at++;
    const whole = at;
    at = digitsEnd(bytes, at);
    if (at === whole) return this.#fail('a digit belongs here', at);
    if (bytes[whole] === ZERO && at > whole + 1) return this.#fail('a number has no leading zeros');
    if (bytes[at] === DOT) {
      const fraction = at + 1;
      at = digitsEnd(bytes, fraction);
      if (at === fraction) return this.#fail('a digit belongs here', at);
    }
    if (((bytes[at] ?? 0) | 0x20) === LETTER_E) {
      at++;
      if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
      const exponent = at;
      at = digitsEnd(bytes, exponent);
      if (at === exponent) return this.#fail('a digit belongs here', at);
    }
    this.#end = at;
    this.#at = at;
    return true;
  }

  #word(word: string): boolean {
    for (let k = 0; k < word.length; k++) {
      if (this.#bytes[this.#at + k] !== word.codePointAt(k)) return this.#fail(`is it ${word} that is meant here?`);
    }
    this.#start = this.#at;
    this.#at += word.length;
    this.#end = this.#at;
    return true;
  }

  #fail(message: string, at: number = this.#at): false {
    this.#fault ??= { message, at };
    // Everything that follows sees the end of the file.
    this.#at = this.#bytes.length;
    return false;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at;
}

/** The number that four hexadecimal digits write; −1 where they are none. */
function hexadecimal(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < start + 4; at++) {
    const byte = bytes[at] ?? 0;
    const letter = byte | 0x20;
    if (isDigit(byte)) value = value * 16 + byte - ZERO;
    else if (letter >= 0x61 && letter <= 0x66) value = value * 16 + letter - 0x57;
    else return -1;
  }
  return value;
}
