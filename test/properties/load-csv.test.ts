import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader } from '../../compiler/1-load/tables/csv-reader.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** As RFC 4180 writes it; a text that needs quotes gets them whatever the cell says. */
function written({ text, quoted }: Cell): string {
  return quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lineEnds(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}

const text = fastCheck.oneof(
  fastCheck.string({ unit: 'grapheme', maxLength: 8 }),
  fastCheck.string({ unit: fastCheck.constantFrom('a', '"', ',', '\n', '\r', '\r\n', ' ', 'ä', '€'), maxLength: 6 }),
);
const cell = fastCheck.record({ text, quoted: fastCheck.boolean() });
const lineEnd = fastCheck.constantFrom('\n', '\r\n', '\r');

/** Reads all records as texts; undefined for one with a fault. */
function readAll(bytes: Uint8Array): { readonly line: number; readonly cells: readonly string[] | undefined }[] {
  const reader = new CsvReader(bytes, 0);
  const records = [];
  while (reader.nextRecord()) {
    const cells = Array.from({ length: reader.cellCount }, (_, index) =>
      decoder.decode(
        reader.hasDoubledQuotes(index)
          ? reader.unescaped(index)
          : bytes.subarray(reader.startOf(index), reader.endOf(index)),
      ),
    );
    records.push({ line: reader.line, cells: reader.fault ? undefined : cells });
  }
  return records;
}

test('what was written as CSV is read as it was, with the line of each record', () => {
  const records = fastCheck.array(fastCheck.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 });
  fastCheck.assert(
    fastCheck.property(records, lineEnd, fastCheck.boolean(), (rows, end, endsInLineEnd) => {
      let line = 1;
      const expected = [];
      const lines = [];
      for (const row of rows) {
        const content = row.map(written).join(',');
        // A line without any character is no record.
        if (content !== '') expected.push({ line, cells: row.map((each) => each.text) });
        lines.push(content);
        line += 1 + lineEnds(content);
      }
      const bytes = encoder.encode(lines.join(end) + (endsInLineEnd ? end : ''));
      expect(readAll(bytes)).toEqual(expected);
    }),
  );
});

test('any bytes are cut into records that follow one another, and each has a cell', () => {
  const odd = fastCheck.uint8Array({ maxLength: 200 });
  const likely = fastCheck
    .array(fastCheck.constantFrom(...'",\n\r ab'), { maxLength: 60 })
    .map((letters) => encoder.encode(letters.join('')));
  fastCheck.assert(
    fastCheck.property(fastCheck.oneof(odd, likely), (bytes) => {
      const reader = new CsvReader(bytes, 0);
      let at = 0;
      let line = 0;
      while (reader.nextRecord()) {
        expect(reader.recordStart).toBeGreaterThanOrEqual(at);
        expect(reader.line).toBeGreaterThan(line);
        expect(reader.cellCount).toBeGreaterThan(0);
        line = reader.line;
        at = reader.recordStart;
        for (let index = 0; index < reader.cellCount; index++) {
          expect(reader.startOf(index)).toBeGreaterThanOrEqual(at);
          expect(reader.endOf(index)).toBeGreaterThanOrEqual(reader.startOf(index));
          at = reader.endOf(index);
        }
        expect(at).toBeLessThanOrEqual(bytes.length);
      }
    }),
  );
});
