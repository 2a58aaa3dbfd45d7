import { expect, test } from 'vitest';
import { columnsOf, escaped, shortened, wrapped } from '../../../cli/explain-page/markup.ts';

test('nothing of a text is markup, and nothing is what XML cannot hold', () => {
  expect(escaped(`<b a="1" c='2'>&amp;`)).toBe('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;');
  expect(escaped('a\u0000b\u001bc\ud800d\uffffé€😀')).toBe('a?b?c?d?é€😀');
});

test('texts are cut to so many columns', () => {
  expect(shortened('abcdef', 6)).toBe('abcdef');
  expect(shortened('abcdefg', 6)).toBe('abcde…');
  expect(columnsOf('部屋a')).toBe(5);
  expect(shortened('部屋部屋', 5)).toBe('部屋…');
});

test('texts are broken between words, and within one that is too long', () => {
  expect(wrapped('allow in uplink to rooms', 10, 3)).toEqual(['allow in', 'uplink to', 'rooms']);
  expect(wrapped('allow in uplink to rooms', 10, 2)).toEqual(['allow in', 'uplink to…']);
  expect(wrapped('abcdefghijklm', 5, 4)).toEqual(['abcde', 'fghij', 'klm']);
  expect(wrapped('', 5, 4)).toEqual([]);
  const lines = wrapped('one-two-three four 部屋部屋部屋 five', 9, 9);
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(9);
});
