/** What is printed reads as what was meant; printing again changes nothing. */
import fastCheck from 'fast-check';
import { printer } from 'prettier/doc';
import { describe, expect, it } from 'vitest';
import type { PolicyFile } from '../../../grammar/ast/index.ts';
import { parse } from '../../../grammar/parse.ts';
import { format, printFile } from '../../../grammar/prettier-plugin.ts';
import { policyFile } from '../../arbitraries/syntax.ts';
import { withoutSpans } from '../../builders/without-spans.ts';
import { count } from '../../sampling.ts';

function textOf(file: PolicyFile, printWidth = 100): string {
  return printer.printDocToString(printFile(file), { printWidth, tabWidth: 2, useTabs: false }).formatted;
}

function read(text: string): PolicyFile {
  const { file, diagnostics } = parse({ path: 'printed', text });
  expect(
    diagnostics.map(({ message }) => message),
    text,
  ).toEqual([]);
  return file;
}

describe('printing', () => {
  it('gives a text that reads as the same tree', () => {
    fastCheck.assert(
      fastCheck.property(policyFile, fastCheck.constantFrom(20, 100, 1000), (file, width) => {
        const text = textOf(file, width);
        expect(withoutSpans(read(text)), text).toEqual(withoutSpans(file));
      }),
      { numRuns: count(1000, 20_000) },
    );
  });

  it('keeps what a text says, and is finished the first time', async () => {
    await fastCheck.assert(
      fastCheck.asyncProperty(policyFile, fastCheck.constantFrom(20, 100), async (file, width) => {
        const text = textOf(file, width);
        const once = await format(text);
        expect(withoutSpans(read(once)), text).toEqual(withoutSpans(file));
        expect(await format(once)).toBe(once);
      }),
      { numRuns: count(300, 5000) },
    );
  });
});
