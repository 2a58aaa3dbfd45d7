/** Rows that stand in the policy itself. */
import type * as ast from '../../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { marked } from './cell-findings.ts';
import { cellText, type LookupValue } from './literal-text.ts';
import type { TableWriter } from './table-writer.ts';

/** Fills the table with inline rows; gives what is wrong with them. */
export function readInlineRows(
  rows: readonly ast.ValueRow[],
  writer: TableWriter,
  lookupValue: LookupValue,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const row of rows) {
    writer.beginRow(0);
    const wrong = readRow(row, writer, lookupValue);
    if (wrong.length === 0) writer.endRow();
    diagnostics.push(...wrong);
  }
  return diagnostics;
}

function readRow(row: ast.ValueRow, writer: TableWriter, lookupValue: LookupValue): Diagnostic[] {
  const { columns } = writer;
  const missing = columns.slice(row.cells.length).find((column) => column.default === undefined);
  if (row.cells.length > columns.length || missing) {
    const message = `${counted(row.cells.length, 'cell')} in this row, but ${counted(columns.length, 'column')} in the table`;
    const hint = missing && `There is none for \`${missing.name}\`.`;
    return [diagnostic(PROBLEMS.raggedRow, row.span, message, { hint })];
  }
  return columns.flatMap((_, index) => readCell(index, row.cells[index], writer, lookupValue));
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function readCell(
  index: number,
  value: ast.Value | undefined,
  writer: TableWriter,
  lookupValue: LookupValue,
): Diagnostic[] {
  const column = writer.columns[index]!;
  const { declaration, name } = column;
  const labels = [{ span: declaration.span, text: `declared here as ${declaration.type}` }];
  const cell = value && cellText(value, declaration, lookupValue);
  if (cell?.kind === 'wrong') return [{ ...cell.diagnostic, labels }];
  if (cell?.kind !== 'text') {
    const outcome = writer.leaveOut(index);
    return outcome === 'read'
      ? []
      : [diagnostic(PROBLEMS.emptyCell, value?.span, `column \`${name}\` has to have a value`, { labels })];
  }
  if (writer.readCell(index, cell.bytes, 0, cell.bytes.length, true) === 'read') return [];
  const { problem, hint, hostBitsSet } = column.cells.explain(cell.text);
  const kind = hostBitsSet ? PROBLEMS.hostBitsSet : PROBLEMS.badCell;
  return [diagnostic(kind, value?.span, `column \`${name}\`: ${marked(cell.text)} ${problem}`, { hint, labels })];
}
