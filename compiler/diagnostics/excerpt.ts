/** A line of a file with a place in it underlined. */
import { visibleCharacters, type VisibleCharacter } from './visible-text.ts';
import type { Place } from './place.ts';

/** The two rows of an excerpt, without line number and margin. */
export interface Excerpt {
  readonly line: string;
  /** Spaces before the place, so that a mark of `width` columns stands under it. */
  readonly indent: string;
  readonly width: number;
}

/** So many UTF-16 units around a place are looked at, however long the line is. */
const REACH = 2000;

const CUT = '…';

/** The line of a place, at most `columns` wide: of a longer one, the part around the place. */
export function excerptOf(place: Place, columns: number): Excerpt {
  const from = safeCut(place.text, Math.max(0, place.textStart - REACH));
  const to = safeCut(place.text, Math.min(place.text.length, place.textStart + REACH));
  const characters = visibleCharacters(place.text.slice(from, to));
  const first = characters.findIndex((character) => character.end > place.textStart - from);
  const start = first < 0 ? characters.length : first;
  const behind = characters.findIndex((character) => character.end >= place.textEnd - from);
  const end = Math.max(start, behind < 0 ? characters.length : behind + Number(place.textEnd > place.textStart));
  const window = windowAround(characters, start, end, columns);
  const hasHead = window.start > 0 || from > 0;
  const hasTail = window.end < characters.length || to < place.text.length;
  const shown = characters.slice(window.start, window.end);
  return {
    line: `${hasHead ? CUT : ''}${shown.map((character) => character.text).join('')}${hasTail ? CUT : ''}`.trimEnd(),
    indent: ' '.repeat(Number(hasHead) + widthOf(characters, window.start, start)),
    width: Math.max(1, widthOf(characters, start, Math.min(end, window.end))),
  };
}

/** A cut there would split no surrogate pair. */
function safeCut(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function widthOf(characters: readonly VisibleCharacter[], start: number, end: number): number {
  let width = 0;
  for (let index = start; index < end; index++) width += characters[index]?.width ?? 0;
  return width;
}

/** The characters to show, if not all fit: some before the place, and what then fits. */
function windowAround(
  characters: readonly VisibleCharacter[],
  placeStart: number,
  placeEnd: number,
  columns: number,
): { readonly start: number; readonly end: number } {
  if (widthOf(characters, 0, characters.length) <= columns) return { start: 0, end: characters.length };
  // One column on either side is for the mark of a cut.
  const room = Math.max(1, columns - 2);
  const placeWidth = Math.min(widthOf(characters, placeStart, placeEnd), room);
  const wantedBefore = Math.floor((room - placeWidth) / 2);
  let start = placeStart;
  let before = 0;
  while (start > 0 && before + characters[start - 1]!.width <= wantedBefore) before += characters[--start]!.width;
  let end = start;
  let width = 0;
  while (end < characters.length && width + characters[end]!.width <= room) width += characters[end++]!.width;
  // At the end of a line there may be room left for more of what stands before.
  while (start > 0 && width + characters[start - 1]!.width <= room) width += characters[--start]!.width;
  return { start, end };
}
