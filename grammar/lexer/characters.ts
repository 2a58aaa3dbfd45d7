/** What each character code may be part of; codes from 128 are of no class. */

const DIGIT = 1;
const HEX = 2;
const LETTER = 4;
const BLANK = 8;

const classes = new Uint8Array(128);
for (let code = 0x30; code <= 0x39; code++) classes[code] = DIGIT | HEX;
for (let code = 0x41; code <= 0x5a; code++) classes[code] = LETTER | (code <= 0x46 ? HEX : 0);
for (let code = 0x61; code <= 0x7a; code++) classes[code] = LETTER | (code <= 0x66 ? HEX : 0);
classes[0x5f] = LETTER;
for (const blank of '\t\n\v\f\r ') classes[blank.charCodeAt(0)] = BLANK;

function isOf(mask: number, code: number): boolean {
  return ((classes[code] ?? 0) & mask) !== 0;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isHexDigit(code: number): boolean {
  return isOf(HEX, code);
}

/** A letter of ASCII or an underscore. */
export function isLetter(code: number): boolean {
  return isOf(LETTER, code);
}

/** A letter, a digit or an underscore. */
export function isWordPart(code: number): boolean {
  return isOf(LETTER | DIGIT, code);
}

export function isBlank(code: number): boolean {
  return isOf(BLANK, code);
}

/** Offset behind the digits at `at`. */
export function skipDigits(text: string, at: number): number {
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** Offset behind the letters, digits and underscores at `at`. */
export function skipWord(text: string, at: number): number {
  while (isWordPart(text.charCodeAt(at))) at++;
  return at;
}
