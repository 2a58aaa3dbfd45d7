/** The reference says what the grammar is. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../grammar/parse.ts';
import { isReserved, Keyword } from '../../../grammar/tokens.ts';

const reference = readFileSync(new URL('../../../grammar/README.md', import.meta.url), 'utf8');
const examples = [...reference.matchAll(/```sluice\n(.*?)```/gs)].map(([, text = '']) => text);

describe('the reference', () => {
  it.each(examples)('has an example that can be read: %s', (text) => {
    const whole = parse({ path: 'text', text }).diagnostics;
    const asRules = parse({ path: 'text', text: `filter forward {\n${text}}` }).diagnostics;
    expect(whole.length === 0 ? [] : asRules.map(({ message }) => message)).toEqual([]);
  });

  it('lists the reserved words', () => {
    const [, table = ''] = /Reserved are:\n(.*?)\n\*\*Hyphenated/s.exec(reference) ?? [];
    const listed = [...table.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
    expect(listed.toSorted()).toEqual(Object.keys(Keyword).filter(isReserved).toSorted());
  });
});
