/** The words of one line of a dump. */

const SPACE = 32;
const TAB = 9;
const RETURN = 13;
const QUOTE = 34;
const BACKSLASH = 92;

/** What words stand apart by. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === RETURN;
}

/** Where the word that begins at `from` ends; a quoted one behind its closing quote. */
export function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  if (text.charCodeAt(at) !== QUOTE) {
    while (at < end && !isBlank(text.charCodeAt(at))) at++;
    return at;
  }
  at++;
  while (at < end && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, end);
}

/** Whether a quoted word lacks its closing quote. */
export function isUnclosed(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(from) !== QUOTE) return false;
  let at = from + 1;
  while (at < to && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at >= to;
}

/** A word without its quotes; a backslash inside them takes the next character as it is (xtables_save_string). */
export function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;
}
