/** Texts in quotes. */
import { PROBLEMS } from '../problems.ts';
import { StringToken } from '../tokens.ts';
import type { Lexed, LexerContext } from './context.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', r: '\r', t: '\t' };

/** Reads the text whose opening quote is at `start`. Without a closing quote it ends with its line. */
export function lexString(context: LexerContext, start: number): Lexed {
  const { text } = context.source;
  let value = '';
  let plainFrom = start + 1;
  for (let at = start + 1; ;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { end: at + 1, type: StringToken, payload: value + text.slice(plainFrom, at) };
    if (code === NEWLINE || at >= text.length) {
      const end = text.charCodeAt(at - 1) === 0x0d && at - 1 > start ? at - 1 : at;
      context.report(
        PROBLEMS.unterminatedString,
        start,
        end,
        'this text has no closing quote on its line',
        'put `"` at its end; a line break within a text is written `\\n`',
      );
      return { end, type: StringToken, payload: value + text.slice(plainFrom, end) };
    }
    if (code !== BACKSLASH) {
      at++;
      continue;
    }
    value += text.slice(plainFrom, at);
    const escape = readEscape(context, at);
    value += escape.value;
    at = escape.end;
    plainFrom = at;
  }
}

/** The escape whose backslash is at `at`. An unknown one stands for itself, with a finding. */
function readEscape(context: LexerContext, at: number): { value: string; end: number } {
  const { text } = context.source;
  const letter = text.charAt(at + 1);
  const known = ESCAPES[letter];
  if (known !== undefined) return { value: known, end: at + 2 };
  if (letter === 'u') {
    const match = /^\{([0-9a-f]{1,6})\}/i.exec(text.slice(at + 2, at + 10));
    const code = match ? Number.parseInt(match[1] ?? '', 16) : -1;
    // Half a surrogate pair is no character.
    if (match && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) {
      return { value: String.fromCodePoint(code), end: at + 2 + match[0].length };
    }
  }
  const lineEnds = letter === '' || letter === '\n' || letter === '\r';
  const end = lineEnds ? at + 1 : at + 2;
  context.report(
    PROBLEMS.badEscape,
    at,
    end,
    `\`${text.slice(at, end)}\` is no escape`,
    'a backslash itself is written `\\\\`; any other character can be written `\\u{HEX}`',
  );
  return { value: text.slice(at, end), end };
}
