/** The TextMate grammar colours what the lexer reads. Its patterns keep to what JavaScript's expressions know, too. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Lexer } from '../../../grammar/lexer.ts';
import { isReserved, Keyword, type PolicyToken } from '../../../grammar/tokens.ts';

interface Pattern {
  readonly name: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
}

const file = new URL('../../../grammar/highlighting/sluice.tmLanguage.json', import.meta.url);
const { patterns } = JSON.parse(readFileSync(file, 'utf8')) as { patterns: Pattern[] };
const policy = readFileSync(new URL('../../cases/format/language/input.sluice', import.meta.url), 'utf8');

const expressions = patterns.map(({ name, match, begin, end }) => ({
  name,
  expression: new RegExp(match ?? `${begin}(?:\\\\.|[^"\\\\])*(?:${end})`, 'gm'),
}));

/** What is coloured in a text, as an editor does it: the first pattern that matches earliest. */
function colour(text: string): { start: number; end: number; name: string }[] {
  const coloured: { start: number; end: number; name: string }[] = [];
  for (let at = 0; at < text.length;) {
    let best: { start: number; end: number; name: string } | undefined;
    for (const { name, expression } of expressions) {
      expression.lastIndex = at;
      const found = expression.exec(text);
      if (found && found[0] !== '' && (!best || found.index < best.start)) {
        best = { start: found.index, end: found.index + found[0].length, name };
      }
    }
    if (!best) break;
    coloured.push(best);
    at = best.end;
  }
  return coloured;
}

describe('highlighting', () => {
  it('knows every reserved word', () => {
    for (const word of Object.keys(Keyword).filter(isReserved)) {
      const [only] = colour(word);
      expect(only?.name, word).toMatch(/^(keyword|storage)\./);
      expect(only?.end, word).toBe(word.length);
    }
    expect(colour('timeout flow users')).toEqual([]);
  });

  it('colours each literal, text and comment of a policy as one', () => {
    const lexer = new Lexer({ path: 'policy', text: policy });
    const tokens: PolicyToken[] = [];
    lexer.lex(tokens, Number.POSITIVE_INFINITY);
    const places = new Map(colour(policy).map((place) => [place.start, place]));
    const whole = tokens.filter(({ payload }) => payload !== undefined && typeof payload !== 'string');
    expect(whole.length).toBeGreaterThan(50);
    for (const { startOffset, end, image } of whole) expect(places.get(startOffset)?.end, image).toBe(end);
    for (const { span } of lexer.comments) {
      const place = places.get(span.start);
      expect(place?.name).toMatch(/^comment\./);
      expect(place?.end).toBe(span.end);
    }
  });
});
