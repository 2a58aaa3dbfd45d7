/** That no two rows of a table overlap in its keys. */
import type * as ast from '../../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Span } from '../../../grammar/source.ts';
import { columnOf, type Column, type Table } from '../../model/table.ts';
import { exactKey, prefixKey, rangeKey, type KeyColumn } from '../../net/key-column.ts';
import { listOverlappingRows } from '../../net/overlapping-rows.ts';
import { identityOrder } from '../../net/word-order.ts';
import { placeOfLine, spanOfLine, type DataFile } from '../data-file.ts';
import { PROBLEMS } from '../problems.ts';
import { describeCell } from './describe-cell.ts';

/** So many pairs of rows are shown for one key. */
const SHOWN = 5;

/** What is wrong with the keys of a table; `file`: where its rows stand, unless they are inline. */
export function checkKeys(table: Table, declaration: ast.Table, file: DataFile | undefined): Diagnostic[] {
  return table.keys.flatMap((names) => {
    const columns = names.flatMap((name) => columnOf(table, name) ?? []);
    const amount = columns.find((column) => keyColumnsOf(column, new Uint32Array(0)) === undefined);
    if (amount) {
      const message = `a ${amount.type.kind} cannot be a key: column \`${amount.name}\``;
      return [diagnostic(PROBLEMS.keyType, amount.span, message)];
    }
    const rows = rowsWithValues(table.rowCount, columns);
    const keyColumns = columns.flatMap((column) => keyColumnsOf(column, rows) ?? []);
    const pairs = listOverlappingRows(keyColumns, SHOWN);
    return pairs.map(([a, b]) => overlap(table, columns, [rows[a]!, rows[b]!], declaration, file));
  });
}

/** The rows that have a value in each of the columns: the others are found by no lookup. */
function rowsWithValues(rowCount: number, columns: readonly Column[]): Uint32Array {
  const rows = identityOrder(rowCount);
  if (columns.every((column) => !column.present)) return rows;
  return rows.filter((row) => columns.every(({ present }) => !present || present[row] === 1));
}

/** A column as the values that each of `rows` stands for; undefined where its type cannot be a key. */
function keyColumnsOf({ data, type }: Column, rows: Uint32Array): KeyColumn[] | undefined {
  switch (data.store) {
    case 'integer':
      return [exactKey(32, pick(data.values, 1, rows))];
    case 'text':
      return [exactKey(32, pick(data.indices, 1, rows))];
    case 'wide integer':
      return [exactKey(64, wideWords(data.values, rows))];
    case 'range':
      return [rangeKey(16, pick(data.low, 1, rows), pick(data.high, 1, rows))];
    case 'prefix4':
      return type.kind === 'address'
        ? [exactKey(32, pick(data.addresses, 1, rows))]
        : [prefixKey(32, pick(data.addresses, 1, rows), pickBytes(data.lengths, rows))];
    case 'prefix6':
      return type.kind === 'address'
        ? [exactKey(128, pick(data.words, 4, rows))]
        : [prefixKey(128, pick(data.words, 4, rows), pickBytes(data.lengths, rows))];
    case 'prefix': {
      // Addresses of both families in one field of 128 bits, told apart by a second one.
      const families = pickBytes(data.families, rows);
      const lengths = pickBytes(data.lengths, rows).map((length, row) => (families[row] === 4 ? 96 + length : length));
      return [exactKey(8, Uint32Array.from(families)), prefixKey(128, pick(data.words, 4, rows), lengths)];
    }
    case 'number':
    case 'rate':
      return undefined;
  }
}

/** The values of some rows of a column with `stride` words a row. */
function pick(words: Uint32Array, stride: number, rows: Uint32Array): Uint32Array {
  if (rows.length * stride === words.length) return words;
  const picked = new Uint32Array(rows.length * stride);
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < stride; k++) picked[i * stride + k] = words[rows[i]! * stride + k]!;
  }
  return picked;
}

function pickBytes(bytes: Uint8Array, rows: Uint32Array): Uint8Array {
  return rows.length === bytes.length ? bytes : Uint8Array.from(rows, (row) => bytes[row]!);
}

function wideWords(values: BigUint64Array, rows: Uint32Array): Uint32Array {
  const words = new Uint32Array(4 * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    words[4 * i + 2] = Number(value >> 32n);
    words[4 * i + 3] = Number(value & 0xffffffffn);
  }
  return words;
}

function overlap(
  table: Table,
  columns: readonly Column[],
  [first, second]: readonly [number, number],
  declaration: ast.Table,
  file: DataFile | undefined,
): Diagnostic {
  const [a, b] = [first, second].map((row) =>
    columns.map((column) => describeCell(column.data, column.type, row)).join(', '),
  );
  const what = a === b ? `are both \`${a}\`` : `overlap: \`${a}\` and \`${b}\``;
  const names = columns.map((column) => column.name).join(', ');
  const hint = 'Each packet must belong to one row at most: remove one of the two, or take the column out of the key.';
  if (declaration.rows.kind === 'inline' || !file) {
    const spans = [first, second].map((row) => inlineRow(declaration, row)?.span ?? declaration.span) as [Span, Span];
    const message = `two rows of table \`${table.name}\` ${what} (key \`${names}\`)`;
    const labels = [{ span: spans[0], text: 'overlaps this row' }];
    return diagnostic(PROBLEMS.overlappingRows, spans[1], message, { labels, hint });
  }
  const lines = [table.lines[first]!, table.lines[second]!] as const;
  const message = `the rows in lines ${lines[0]} and ${lines[1]} of ${file.shown} ${what} (key \`${names}\`)`;
  const labels = [{ span: spanOfLine(file, lines[0]), text: 'overlaps this row' }];
  const cell = placeOfLine(file, lines[1]);
  return diagnostic(PROBLEMS.overlappingRows, declaration.span, message, { labels, hint, cell });
}

function inlineRow({ rows }: ast.Table, row: number): ast.ValueRow | undefined {
  return rows.kind === 'inline' ? rows.rows[row] : undefined;
}
