import { describe, expect, test } from 'vitest';
import { loadList } from '../../../compiler/1-load/lists.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import type { StringLiteral } from '../../../grammar/ast/index.ts';

const encoder = new TextEncoder();

const source = { path: 'policy.sluice', text: 'let blocked from "blocked.txt"' };
const path: StringLiteral = {
  kind: 'string',
  value: 'blocked.txt',
  span: { source, start: source.text.indexOf('"'), end: source.text.length },
};

function load(content: string, orEmpty = false): ReturnType<typeof loadList> {
  const inputs = {
    read: () => encoder.encode(content),
    standard: () => undefined,
    standardNames: [],
    today: undefined,
  };
  return loadList(path, orEmpty, '', inputs);
}

/** The kind of the list's values, and their text. */
function loaded(content: string, orEmpty = false): [string, string] {
  const { values, diagnostics } = load(content, orEmpty);
  expect(renderFindings(diagnostics)).toBe('');
  if (values?.kind === 'ports') {
    return ['ports', [...values.set.intervals()].map(([low, high]) => `${low}-${high}`).join(', ')];
  }
  return values ? [values.kind, values.kind === 'empty' ? '' : values.set.toString()] : ['none', ''];
}

function complaint(content: string): string {
  const { values, diagnostics } = load(content);
  expect(values).toBeUndefined();
  return renderFindings(diagnostics);
}

describe('a list', () => {
  test('holds addresses, prefixes and ranges of both families, with comments', () => {
    const content = [
      '\ufeff# blocked since May',
      '192.0.2.1',
      '  198.51.100.0/24 ; SBL1234',
      '',
      '203.0.113.1-203.0.113.9# behind it',
      '\t2001:db8::/32\t',
      '2001:db9::1-2001:db9::f\r',
      '; last',
      '192.0.2.1',
      '0.0.0.0',
    ].join('\n');
    expect(loaded(content)).toEqual([
      'addresses',
      '0.0.0.0, 192.0.2.1, 198.51.100.0/24, 203.0.113.1-203.0.113.9, 2001:db8::/32, 2001:db9::1-2001:db9::f',
    ]);
  });

  test('joins what overlaps or touches', () => {
    expect(loaded('10.0.0.0/9\n10.128.0.0/9\n10.1.0.0/16\n')).toEqual(['addresses', '10.0.0.0/8']);
    expect(loaded('0.0.0.0/0\n::/0')).toEqual(['addresses', '0.0.0.0/0, ::/0']);
  });

  test('holds ports, if all of its entries are such', () => {
    expect(loaded('22\n80-90\n0\n65535')).toEqual(['ports', '0-0, 22-22, 80-90, 65535-65535']);
  });

  test('may end its lines in any way, and its last line in none', () => {
    expect(loaded('10.0.0.1\r\n10.0.0.3\r10.0.0.5')).toEqual(['addresses', '10.0.0.1, 10.0.0.3, 10.0.0.5']);
  });

  test('may be empty where the declaration says so', () => {
    expect(loaded('# nothing\n\n', true)).toEqual(['empty', '']);
    expect(loaded('', true)).toEqual(['empty', '']);
  });

  test.each([
    ['nothing in it', '# only this\n'],
    ['host bits', '10.0.0.0/8\n10.0.0.5/24 # who?\n'],
    ['what is no entry', '10.0.0.1\nexample.net\n10.0.0\n'],
    ['numbers among addresses', '10.0.0.1\n22\n'],
    ['addresses among numbers', '22\n::1\n'],
    ['ranges that are none', '10.0.0.9-10.0.0.1\n10.0.0.1 - 10.0.0.9\n10.0.0.1-::1\n90-80\n1-2-3\n'],
    ['two entries in a line', '10.0.0.1 10.0.0.2\n10.0.0.1,10.0.0.2\n'],
    ['numbers that are no ports', '22\n65536\n'],
  ])('with %s is refused', (_, content) => {
    expect(complaint(content)).toMatchSnapshot();
  });

  test('shows the first bad lines of many, and counts the others', () => {
    const { diagnostics } = load('x\n'.repeat(100_000));
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)?.message).toBe('and 99980 more findings in blocked.txt');
  });
});
