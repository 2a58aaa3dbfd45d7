import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { JsonScanner } from '../../compiler/1-load/tables/json-scanner.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The whole text as a value, made with the scanner's own steps; undefined if it is not JSON. */
function parsed(text: string): { readonly value: unknown } | undefined {
  const bytes = encoder.encode(text);
  const scanner = new JsonScanner(bytes, 0);
  const value = valueOf(scanner, bytes);
  return scanner.isAtEnd() && !scanner.fault ? { value } : undefined;
}

function valueOf(scanner: JsonScanner, bytes: Uint8Array): unknown {
  const kind = scanner.peek();
  if (kind === 'array') {
    const items = [];
    for (let more = scanner.enter('array'); more && !scanner.fault; more = scanner.next('array')) {
      items.push(valueOf(scanner, bytes));
    }
    return items;
  }
  if (kind === 'object') {
    const members: [string, unknown][] = [];
    for (let more = scanner.enter('object'); more && !scanner.fault; more = scanner.next('object')) {
      if (!scanner.key()) return undefined;
      const key = decoder.decode(scanner.text());
      members.push([key, valueOf(scanner, bytes)]);
    }
    return Object.fromEntries(members);
  }
  if (!scanner.scalar()) return undefined;
  if (kind === 'string') return decoder.decode(scanner.text());
  const raw = decoder.decode(bytes.subarray(scanner.start, scanner.end));
  return kind === 'number' ? Number(raw) : { true: true, false: false, null: null }[raw];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What differs from a text of JSON in a few characters is often no longer one. */
const nearJson = fastCheck
  .tuple(fastCheck.json({ maxDepth: 3 }), fastCheck.nat(), fastCheck.constantFrom(...'{}[]",:\\u0e+-. \n1tfn'))
  .map(([text, at, letter]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + letter + text.slice(place + (at % 2));
  });

test('the scanner reads the same values as JSON.parse', () => {
  fastCheck.assert(
    fastCheck.property(
      fastCheck.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }),
      fastCheck.constantFrom(undefined, 2, '\t'),
      (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const result = parsed(text);
        expect(result).toBeDefined();
        expect(result?.value).toEqual(JSON.parse(text));
      },
    ),
  );
});

test('escapes mean what JSON.parse takes them for', () => {
  const escape = fastCheck.oneof(
    fastCheck.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', 'ä', '😀'),
    fastCheck.nat(0xffff).map((code) => `\\u${code.toString(16).padStart(4, '0')}`),
    fastCheck.constantFrom('\\ud83d\\ude00', '\\uD83D\\uDE00', '\\ud83d', '\\ude00'),
  );
  fastCheck.assert(
    fastCheck.property(fastCheck.array(escape, { maxLength: 8 }), (parts) => {
      const text = `"${parts.join('')}"`;
      // Half a surrogate pair cannot be written in UTF-8.
      const expected = decoder.decode(encoder.encode(JSON.parse(text) as string));
      expect(parsed(text)?.value).toBe(expected);
    }),
  );
});

test('the scanner takes exactly what JSON.parse takes', () => {
  const odd = fastCheck.array(fastCheck.constantFrom(...'{}[]",:\\u0e+-. \n1tfn', 'true', 'null', '"a"'), {
    maxLength: 12,
  });
  const texts = fastCheck.oneof(
    nearJson,
    odd.map((parts) => parts.join('')),
    fastCheck.string(),
  );
  fastCheck.assert(
    fastCheck.property(texts, (text) => {
      // JSON is UTF-8, where half a surrogate pair cannot be.
      const written = decoder.decode(encoder.encode(text));
      expect(parsed(written) !== undefined).toBe(isJson(written));
    }),
  );
});

test('passing a value over goes as far as reading it', () => {
  fastCheck.assert(
    fastCheck.property(fastCheck.oneof(fastCheck.json({ maxDepth: 4 }), nearJson), (text) => {
      const scanner = new JsonScanner(encoder.encode(text), 0);
      const passed = scanner.skip() && scanner.isAtEnd();
      expect(passed).toBe(isJson(decoder.decode(encoder.encode(text))));
    }),
  );
});

test('nesting as deep as the file is long overflows nothing', () => {
  const depth = 200_000;
  const scanner = new JsonScanner(encoder.encode('['.repeat(depth) + ']'.repeat(depth)), 0);
  expect(scanner.skip() && scanner.isAtEnd()).toBe(true);
});
