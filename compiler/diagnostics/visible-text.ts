/**
 * Text as a terminal shows it: how wide each character is, and nothing in it that the terminal would obey. A policy or a
 * table may hold control characters, by accident or to deceive (bidirectional overrides reorder what is read).
 */

/** One user-perceived character. */
export interface VisibleCharacter {
  /** What to print for it. */
  readonly text: string;
  /** How many columns that takes. */
  readonly width: number;
  /** Offset behind it in the text it came from, in UTF-16 units. */
  readonly end: number;
}

const TAB_STOP = 4;

/** UTF-16 units of a message. Who reads it needs no more; a name in it may be as long as a file. */
const LONGEST = 2000;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that take two columns: East Asian Wide and Fullwidth (Unicode Standard Annex #11). */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18fff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** What follows another character and takes no column of its own; alone it would attach to what is printed before. */
const COMBINING = /^[\p{Mn}\p{Me}\u200c\u200d]/u;

/** Control and format characters, separators of lines, and halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Joiners belong to the characters around them; elsewhere they would be invisible. */
const JOINERS = /[\u200c\u200d]/g;

/** An emoji asked for by the selector behind it. */
const EMOJI_SELECTOR = '\ufe0f';

/** The characters of a line, in order. */
export function visibleCharacters(line: string): VisibleCharacter[] {
  let column = 0;
  return Array.from(graphemes.segment(line), ({ segment, index }) => {
    const { text, width } = shown(segment, column);
    column += width;
    return { text, width, end: index + segment.length };
  });
}

/** A text for a message: control characters and line ends made visible, and of a very long one the middle left out. */
export function visibleText(text: string): string {
  const shortened = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}…${text.slice(-LONGEST / 2)}`;
  return visibleCharacters(shortened)
    .map((character) => character.text)
    .join('');
}

function shown(segment: string, column: number): { readonly text: string; readonly width: number } {
  if (segment === '\t') {
    const width = TAB_STOP - (column % TAB_STOP);
    return { text: ' '.repeat(width), width };
  }
  if (INVISIBLE.test(segment.length > 1 ? segment.replaceAll(JOINERS, '') : segment)) return spelledOut(segment);
  if (COMBINING.test(segment)) return { text: `\u25cc${segment}`, width: 1 };
  return { text: segment, width: WIDE.test(segment) || segment.includes(EMOJI_SELECTOR) ? 2 : 1 };
}

/** Control characters as the pictures that Unicode has for them, others by their numbers. */
function spelledOut(segment: string): { readonly text: string; readonly width: number } {
  const parts = Array.from(segment, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return INVISIBLE.test(character) ? `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>` : character;
  });
  const text = parts.join('');
  return { text, width: Array.from(text).length };
}
