/** Whatever the text, it is read to the end without an exception, and what is wrong with it is said once. */
import { readFileSync } from 'node:fs';
import fastCheck, { type Arbitrary } from 'fast-check';
import { printer } from 'prettier/doc';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../grammar/parse.ts';
import { printFile } from '../../../grammar/prettier-plugin.ts';
import { withLineFeeds } from '../../../grammar/source.ts';
import { GRAMMAR_WORDS } from '../../builders/grammar-words.ts';
import { policyFile } from '../../arbitraries/syntax.ts';
import { withoutSpans } from '../../builders/without-spans.ts';
import { count } from '../../sampling.ts';

const example = readFileSync(new URL('../../cases/format/language/input.sluice', import.meta.url), 'utf8');

const policyText: Arbitrary<string> = policyFile.map(
  (file) => printer.printDocToString(printFile(file), { printWidth: 80, tabWidth: 2, useTabs: false }).formatted,
);

/** Reads a text and checks what always holds. */
function read(text: string) {
  const source = { path: 'text', text };
  const { file, diagnostics, comments } = parse(source);
  let last = 0;
  for (const { span, message, code } of diagnostics) {
    expect(code).toMatch(/^SL00\d\d$/);
    expect(message).not.toMatch(/undefined|NaN|\[object/);
    expect(span?.source).toStrictEqual(withLineFeeds(source));
    expect(span?.start).toBeGreaterThanOrEqual(last);
    expect(span?.end).toBeGreaterThanOrEqual(span?.start ?? 0);
    expect(span?.end).toBeLessThanOrEqual(text.length);
    last = span?.start ?? 0;
  }
  for (const comment of comments) expect(text.charAt(comment.span.start)).toBe('#');
  for (const statement of file.statements) {
    expect(statement.span.start).toBeGreaterThanOrEqual(0);
    expect(statement.span.end).toBeLessThanOrEqual(text.length);
  }
  return { file, diagnostics };
}

describe('reading', () => {
  it('survives any bytes', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.uint8Array({ maxLength: 400 }), (bytes) => {
        read(new TextDecoder().decode(bytes));
        read(new TextDecoder('latin1').decode(bytes));
      }),
      { numRuns: count(1000, 20_000) },
    );
  });

  it('survives any characters', () => {
    const character = fastCheck.constantFrom(...'{}()[]<>=!.,:;-+&/"\\#\n 09afxz_\u0000é\ud800');
    fastCheck.assert(
      fastCheck.property(fastCheck.string({ unit: character, maxLength: 200 }), (text) => {
        read(text);
      }),
      { numRuns: count(2000, 50_000) },
    );
  });

  it('survives any order of words', () => {
    const word = fastCheck.constantFrom(...GRAMMAR_WORDS, '\n', '# remark\n', '## said\n', 'owner "x"');
    fastCheck.assert(
      fastCheck.property(fastCheck.array(word, { maxLength: 60 }), (words) => {
        read(words.join(' '));
      }),
      { numRuns: count(3000, 100_000) },
    );
  });

  it('survives files that are cut off anywhere, and reads what comes before', () => {
    const { statements } = read(example).file;
    fastCheck.assert(
      fastCheck.property(fastCheck.nat({ max: example.length }), (length) => {
        const { file } = read(example.slice(0, length));
        const whole = statements.filter(({ span }) => span.end < length - 1);
        expect(withoutSpans(file.statements.slice(0, whole.length))).toEqual(withoutSpans(whole));
      }),
      { numRuns: count(300, 5000) },
    );
  });

  it('says one thing about one sign too many, and loses the statement at most', () => {
    const { statements } = read(example).file;
    for (const { span } of statements) {
      const firstWord = /^\w+/.exec(example.slice(span.start))?.[0] ?? '';
      const at = span.start + firstWord.length;
      const { file, diagnostics } = read(`${example.slice(0, at)} )${example.slice(at)}`);
      expect(diagnostics, firstWord).toHaveLength(1);
      expect(file.statements).toHaveLength(statements.length - 1);
    }
  });

  it('survives policies with parts cut out, doubled and swapped', () => {
    const cut = fastCheck.tuple(policyText, fastCheck.array(fastCheck.nat(), { minLength: 3, maxLength: 3 }));
    fastCheck.assert(
      fastCheck.property(cut, ([text, places]) => {
        const [first = 0, second = 0, third = 0] = places
          .map((place) => place % (text.length + 1))
          .toSorted((left, right) => left - right);
        read(text.slice(0, first) + text.slice(second));
        read(text.slice(0, second) + text.slice(first));
        read(text.slice(0, first) + text.slice(second, third) + text.slice(first, second) + text.slice(third));
      }),
      { numRuns: count(500, 10_000) },
    );
  });
});
