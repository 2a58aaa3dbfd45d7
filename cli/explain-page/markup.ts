/** Text that goes into HTML and SVG. */

/** Stands in the first lines of what Sluice writes: such files it replaces, and no others. */
export const MARK = 'written by sluice explain';

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as content or as the value of an attribute. What XML cannot hold, as control characters, becomes a question mark. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => NAMED[character]!)
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '?');
}

/** `<NAME ATTRIBUTES>CONTENT</NAME>`; `content` is markup. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : value)}"`,
  );
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** A tenth of a pixel is as much as anyone sees. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** How many columns of a font of one width a text takes: characters of East Asia take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += isWide(character) ? 2 : 1;
  return columns;
}

function isWide(character: string): boolean {
  return /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff00-\uff60]/u.test(
    character,
  );
}

/** A text cut to so many columns, with an ellipsis where something is missing. */
export function shortened(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : `${head(text, columns - 1)}…`;
}

/** A text in lines of at most so many columns, broken between words where that is possible; the last one is cut. */
export function wrapped(text: string, columns: number, most: number): readonly string[] {
  const lines: string[] = [];
  let left = text.trim();
  while (left !== '' && lines.length < most - 1 && columnsOf(left) > columns) {
    const line = head(left, columns + 1);
    const space = line.lastIndexOf(' ');
    const end = space > columns / 3 ? space : head(left, columns).length;
    lines.push(left.slice(0, end).trimEnd());
    left = left.slice(end).trimStart();
  }
  return left === '' ? lines : [...lines, shortened(left, columns)];
}

function head(text: string, columns: number): string {
  let taken = '';
  let width = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) break;
    taken += character;
  }
  return taken;
}
