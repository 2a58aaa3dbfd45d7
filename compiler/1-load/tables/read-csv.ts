/** A CSV file into the columns of a table. */
import { lineAt, type DataFile } from '../data-file.ts';
import type { FileFindings } from '../findings.ts';
import { PROBLEMS } from '../problems.ts';
import { closest } from '../../../grammar/did-you-mean.ts';
import { decodeUtf8 } from '../utf8.ts';
import { reportCell } from './cell-findings.ts';
import { CsvReader, type CsvFault } from './csv-reader.ts';
import type { TableWriter } from './table-writer.ts';

/** Reads all rows of the file. The first line names the columns, in any order and among others. */
export function readCsv(writer: TableWriter, findings: FileFindings): void {
  const { file } = findings;
  const reader = new CsvReader(file.bytes, file.start);
  if (!reader.nextRecord()) return reportNoHeader(findings, writer);
  if (reader.fault) return reportFault(reader.fault, findings);
  const places = findColumns(reader, writer, findings);
  if (!places) return;
  const headerCount = reader.cellCount;
  while (reader.nextRecord()) {
    if (reader.fault) reportFault(reader.fault, findings);
    else if (reader.cellCount !== headerCount) reportRagged(reader, headerCount, findings);
    else readRow(reader, places, writer, findings);
  }
}

function readRow(reader: CsvReader, places: Int32Array, writer: TableWriter, findings: FileFindings): void {
  const { bytes } = findings.file;
  writer.beginRow(reader.line);
  let complete = true;
  for (let index = 0; index < places.length; index++) {
    const cell = places[index]!;
    const start = reader.startOf(cell);
    const end = reader.endOf(cell);
    const quoted = reader.isQuoted(cell);
    if (reader.hasDoubledQuotes(cell)) {
      const text = reader.unescaped(cell);
      if (writer.readCell(index, text, 0, text.length, true) === 'read') continue;
    } else if (writer.readCell(index, bytes, start, end, quoted) === 'read') {
      continue;
    }
    complete = false;
    const text = decodeUtf8(reader.hasDoubledQuotes(cell) ? reader.unescaped(cell) : bytes.subarray(start, end));
    reportCell(findings, writer.columns[index]!, text, { start, end });
  }
  if (complete) writer.endRow();
}

/** For each declared column the place of its cell in a row; undefined if one is missing. */
function findColumns(header: CsvReader, writer: TableWriter, findings: FileFindings): Int32Array | undefined {
  const names: string[] = [];
  for (let cell = 0; cell < header.cellCount; cell++) names.push(headerName(header, cell, findings.file));
  const places = Int32Array.from(writer.columns, ({ name }) => names.indexOf(name));
  for (const [index, { name, declaration }] of writer.columns.entries()) {
    const labels = [{ span: declaration.span, text: 'declared here' }];
    const place = places[index]!;
    if (place < 0) {
      const near = names.indexOf(closest(name, names) ?? '');
      const hint = near < 0 ? undefined : `\`${names[near]}\` looks like it.`;
      const at = near < 0 ? headerPlace(header) : { start: header.startOf(near), end: header.endOf(near) };
      findings.report(PROBLEMS.missingColumn, at, `no column \`${name}\` in the header`, { labels, hint });
      continue;
    }
    const second = names.indexOf(name, place + 1);
    if (second < 0) continue;
    const at = { start: header.startOf(second), end: header.endOf(second), column: name };
    findings.report(PROBLEMS.duplicateColumn, at, `the header names \`${name}\` twice`, { labels });
  }
  return findings.isEmpty ? places : undefined;
}

function headerName(header: CsvReader, cell: number, file: DataFile): string {
  const bytes = header.hasDoubledQuotes(cell)
    ? header.unescaped(cell)
    : file.bytes.subarray(header.startOf(cell), header.endOf(cell));
  return decodeUtf8(bytes).trim();
}

function headerPlace(header: CsvReader): { readonly start: number; readonly end: number } {
  return { start: header.recordStart, end: header.endOf(header.cellCount - 1) };
}

function reportNoHeader(findings: FileFindings, writer: TableWriter): void {
  const header = writer.columns.map((column) => column.name).join(',');
  findings.report(PROBLEMS.missingColumn, undefined, `${findings.file.shown} is empty: not even a header is there`, {
    hint: `The first line names the columns: ${header}`,
  });
}

function reportRagged(reader: CsvReader, expected: number, findings: FileFindings): void {
  if (!findings.isNext()) return;
  const count = reader.cellCount;
  const message = `${count} cell${count === 1 ? '' : 's'} in this row, but ${expected} in the header`;
  const hint = count > expected ? 'A cell that holds a comma stands in double quotes.' : undefined;
  findings.add(PROBLEMS.raggedRow, { start: reader.recordStart, end: reader.endOf(count - 1) }, message, { hint });
}

const FAULTS: Readonly<Record<CsvFault['kind'], { readonly message: string; readonly hint: string }>> = {
  'quote inside a cell': {
    message: 'a quote in the middle of a cell that does not begin with one',
    hint: 'Put the whole cell in double quotes and double the quote inside: `"4"" pipe"`.',
  },
  'text behind a quote': {
    message: 'text behind the quote that ends a cell',
    hint: 'A quote inside a quoted cell is doubled: `"4"" pipe"`.',
  },
  'unterminated quote': {
    message: 'this quote is never closed: all that follows would be one cell',
    hint: 'Close the quote, or put the cell in quotes and double the quote inside.',
  },
};

function reportFault(fault: CsvFault, findings: FileFindings): void {
  if (!findings.isNext()) return;
  const { message, hint } = FAULTS[fault.kind];
  const { opened } = fault;
  const line = lineAt(findings.file, fault.start).line;
  const openedLine = opened === undefined ? line : lineAt(findings.file, opened).line;
  const where = openedLine < line ? ` (it began in line ${openedLine})` : '';
  findings.add(PROBLEMS.malformedCsv, fault, `${message}${where}`, { hint });
}
