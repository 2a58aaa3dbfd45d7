/** Text of a policy with the declarations that it needs. Pieces are put together; nothing in them refers to a place. */
import fastCheck, { type Arbitrary } from 'fast-check';

/** A `let`, `group`, `memory` or the like. Its name comes from its content, so equal ones are one. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
}

export interface Piece {
  readonly text: string;
  readonly needs: readonly Declaration[];
}

export const NOTHING: Piece = { text: '', needs: [] };

export function plain(text: string): Piece {
  return { text, needs: [] };
}

/** A template of text and pieces; what is empty leaves no double blanks. */
export function piece(texts: TemplateStringsArray, ...parts: readonly (Piece | string | number)[]): Piece {
  const needs: Declaration[] = [];
  let text = texts[0] ?? '';
  parts.forEach((part, index) => {
    const isPiece = typeof part === 'object';
    text += (isPiece ? part.text : String(part)) + (texts[index + 1] ?? '');
    if (isPiece) needs.push(...part.needs);
  });
  return { text: text.replaceAll(/ {2,}/g, ' ').trim(), needs };
}

export function joined(pieces: readonly Piece[], separator: string): Piece {
  const kept = pieces.filter(({ text }) => text !== '');
  return { text: kept.map(({ text }) => text).join(separator), needs: kept.flatMap(({ needs }) => needs) };
}

/** The piece, or nothing; nothing in so many of a hundred cases, and always when shrunk. */
export function maybe(arbitrary: Arbitrary<Piece>, percent: number): Arbitrary<Piece> {
  if (percent >= 100) return arbitrary;
  return fastCheck.oneof(
    { maxDepth: 9, withCrossShrink: true },
    { weight: 100 - percent, arbitrary: fastCheck.constant(NOTHING) },
    { weight: percent, arbitrary },
  );
}

/** Texts, one of them; the first is the simplest. */
export function words(...texts: readonly string[]): Arbitrary<Piece> {
  return fastCheck.constantFrom(...texts).map(plain);
}

/** One of several kinds; shrinks towards the first. */
export function either(
  ...weighted: readonly (readonly [weight: number, arbitrary: Arbitrary<Piece>])[]
): Arbitrary<Piece> {
  return fastCheck.oneof(
    { withCrossShrink: true },
    ...weighted.filter(([weight]) => weight > 0).map(([weight, arbitrary]) => ({ weight, arbitrary })),
  );
}

/** A name for a declaration with this content. */
export function nameOf(kind: string, content: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < content.length; at++) hash = Math.imul(hash ^ content.charCodeAt(at), 0x01000193);
  return `${kind}_${(hash >>> 0).toString(36)}`;
}

/** The value under a name of its own. */
export function declared(keyword: string, { text, needs }: Piece): Piece {
  const name = nameOf(keyword, text);
  return { text: name, needs: [...needs, { name, text: `${keyword} ${name} = ${text}` }] };
}
