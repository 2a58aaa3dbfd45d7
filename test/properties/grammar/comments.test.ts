/** Comments survive formatting wherever they stand. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { printer } from 'prettier/doc';
import { describe, expect, it } from 'vitest';
import { Lexer } from '../../../grammar/lexer.ts';
import { parse } from '../../../grammar/parse.ts';
import { format, printFile } from '../../../grammar/prettier-plugin.ts';
import type { PolicyToken } from '../../../grammar/tokens.ts';
import { policyFile } from '../../arbitraries/syntax.ts';
import { withoutSpans } from '../../builders/without-spans.ts';
import { count } from '../../sampling.ts';

/** Offsets at which a token ends: whatever stands there, a line may end. */
function tokenEnds(text: string): number[] {
  const tokens: PolicyToken[] = [];
  new Lexer({ path: 'text', text }).lex(tokens, Number.POSITIVE_INFINITY);
  return [0, ...tokens.map(({ end }) => end)];
}

/** Texts without comments, but for documentation. */
const policyText: Arbitrary<string> = policyFile.map(
  (file) => printer.printDocToString(printFile(file), { printWidth: 60, tabWidth: 2, useTabs: false }).formatted,
);

/** Puts comments behind some tokens, each with its number, at the end of the line or on lines of their own. */
const commented: Arbitrary<{ plain: string; text: string; remarks: string[] }> = policyText.chain((plain) => {
  const ends = tokenEnds(plain);
  return fastCheck
    .array(fastCheck.tuple(fastCheck.nat({ max: ends.length - 1 }), fastCheck.constantFrom(' ', '\n', '\n\n\n  ')), {
      maxLength: 6,
    })
    .map((places) => {
      const remarks = places.map((_, index) => `# remark ${index}`);
      const inserted = places
        .map(([place, before], index) => ({
          at: ends[place] ?? 0,
          text: `${before}# remark ${index}\n${' '.repeat(40)}`,
        }))
        .toSorted((left, right) => right.at - left.at);
      let text = plain;
      for (const { at, text: remark } of inserted) text = text.slice(0, at) + remark + text.slice(at);
      return { plain, text, remarks };
    });
});

describe('comments', () => {
  it('are all there after formatting, and the policy says the same', async () => {
    await fastCheck.assert(
      fastCheck.asyncProperty(commented, async ({ plain, text, remarks }) => {
        const once = await format(text);
        for (const remark of remarks) expect(once.split(`${remark}\n`), once).toHaveLength(2);
        const [before, after] = [plain, once].map((of) => parse({ path: 'text', text: of }));
        expect(after?.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(withoutSpans(after?.file), text).toEqual(withoutSpans(before?.file));
        expect(await format(once)).toBe(once);
      }),
      { numRuns: count(500, 10_000) },
    );
  });
});
