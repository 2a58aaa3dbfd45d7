import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { ByteInterner } from '../../compiler/1-load/tables/byte-interner.ts';
import { byteOrderMarkLength, decodeUtf8, firstInvalidUtf8, utf16Length } from '../../compiler/1-load/utf8.ts';

const encoder = new TextEncoder();
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    fatal.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Bytes that often make characters of several bytes, or almost. */
const bytes = fastCheck.oneof(
  fastCheck.uint8Array({ maxLength: 40 }),
  fastCheck
    .array(
      fastCheck.constantFrom(
        0x00,
        0x41,
        0x7f,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
      { maxLength: 12 },
    )
    .map((values) => Uint8Array.from(values)),
  fastCheck.string({ unit: 'binary' }).map((text) => encoder.encode(text)),
);

test('the first byte that is not UTF-8 is found, if there is one', () => {
  fastCheck.assert(
    fastCheck.property(bytes, (content) => {
      const at = firstInvalidUtf8(content);
      expect(at < 0).toBe(isUtf8(content));
      if (at < 0) return;
      expect(isUtf8(content.subarray(0, at))).toBe(true);
      // The byte itself cannot be made good by anything before it.
      expect(decodeUtf8(content.subarray(at)).startsWith('\ufffd')).toBe(true);
    }),
  );
});

test('the length of a text in UTF-16 is counted from its bytes', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.string({ unit: 'binary' }), (text) => {
      const content = encoder.encode(text);
      expect(utf16Length(content, 0, content.length)).toBe(text.length);
    }),
  );
});

test('a byte order mark is three bytes', () => {
  expect(byteOrderMarkLength(encoder.encode('\ufeffa'))).toBe(3);
  expect(byteOrderMarkLength(encoder.encode('a\ufeff'))).toBe(0);
  expect(byteOrderMarkLength(Uint8Array.of(0xef, 0xbb))).toBe(0);
});

test('texts are numbered in the order in which they first occur', () => {
  const texts = fastCheck.array(
    fastCheck.oneof(fastCheck.string({ unit: 'binary', maxLength: 4 }), fastCheck.nat(300).map(String)),
    { maxLength: 400 },
  );
  fastCheck.assert(
    fastCheck.property(texts, (list) => {
      const interner = new ByteInterner();
      const numbers = new Map<string, number>();
      for (const text of list) {
        const content = encoder.encode(`-${text}-`);
        const known = numbers.get(text);
        expect(interner.find(content, 1, content.length - 1)).toBe(known ?? -1);
        if (known === undefined) numbers.set(text, numbers.size);
        expect(interner.intern(content, 1, content.length - 1)).toBe(numbers.get(text));
      }
      expect(interner.strings()).toEqual([...numbers.keys()]);
      expect(interner.size).toBe(numbers.size);
    }),
  );
});
