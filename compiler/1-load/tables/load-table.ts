/** A table's declaration and its rows, wherever they stand, as typed columns. */
import type * as ast from '../../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Inputs } from '../../inputs.ts';
import type { Table } from '../../model/table.ts';
import type { DataFile } from '../data-file.ts';
import { FileFindings } from '../findings.ts';
import { openFile } from '../open-file.ts';
import { PROBLEMS } from '../problems.ts';
import { declaredColumns, declaredKeys, type DeclaredColumn } from './declared-columns.ts';
import { readInlineRows } from './inline-rows.ts';
import { checkKeys } from './keys.ts';
import type { LookupValue } from './literal-text.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { TableWriter } from './table-writer.ts';

export interface LoadedTable {
  /** Absent if anything is wrong with it. */
  readonly table?: Table;
  readonly diagnostics: readonly Diagnostic[];
}

const READERS: Readonly<Record<string, (writer: TableWriter, findings: FileFindings) => void>> = {
  csv: readCsv,
  json: readJson,
};

/**
 * Loads a table.
 *
 * @param folder of the file that declares it (empty: the main file's); undefined for the standard library
 * @param lookupValue what a name means where the table is declared, for inline cells and defaults
 */
export function loadTable(
  declaration: ast.Table,
  folder: string | undefined,
  inputs: Inputs,
  lookupValue: LookupValue,
): LoadedTable {
  const { columns, diagnostics: wrongColumns } = declaredColumns(declaration, lookupValue);
  const { keys, diagnostics: wrongKeys } = declaredKeys(declaration, columns);
  // Rows are not looked at then: every one of them could repeat what is wrong with its column.
  if (wrongColumns.length + wrongKeys.length > 0) return { diagnostics: [...wrongColumns, ...wrongKeys] };

  const rows = loadRows(declaration, columns, folder, inputs, lookupValue);
  if (rows.diagnostics.length > 0) return { diagnostics: rows.diagnostics };
  const table: Table = {
    name: declaration.name.text,
    rowCount: rows.writer.rowCount,
    ...rows.writer.finish(),
    keys,
    path: rows.file?.path,
    span: declaration.span,
  };
  const diagnostics = [...checkNotEmpty(table, declaration), ...checkKeys(table, declaration, rows.file)];
  return diagnostics.length > 0 ? { diagnostics } : { table, diagnostics };
}

interface LoadedRows {
  readonly writer: TableWriter;
  readonly file: DataFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function loadRows(
  declaration: ast.Table,
  columns: readonly DeclaredColumn[],
  folder: string | undefined,
  inputs: Inputs,
  lookupValue: LookupValue,
): LoadedRows {
  const writer = new TableWriter(columns);
  const { rows } = declaration;
  if (rows.kind === 'inline') {
    return { writer, file: undefined, diagnostics: readInlineRows(rows.rows, writer, lookupValue) };
  }
  const { value: path, span } = rows.path;
  const read = READERS[/\.([^./]*)$/.exec(path)?.[1]?.toLowerCase() ?? ''];
  if (!read) {
    const hint = 'A table file is CSV or JSON, and its name ends in .csv or .json.';
    const wrong = diagnostic(PROBLEMS.unknownFormat, span, `cannot tell the format of \`${path}\``, { hint });
    return { writer, file: undefined, diagnostics: [wrong] };
  }
  const opened = openFile(path, span, folder, inputs);
  if ('diagnostic' in opened) return { writer, file: undefined, diagnostics: [opened.diagnostic] };
  const findings = new FileFindings(opened.file, span);
  read(writer, findings);
  return { writer, file: opened.file, diagnostics: findings.list() };
}

function checkNotEmpty(table: Table, { rows, orEmpty, span }: ast.Table): Diagnostic[] {
  if (table.rowCount > 0 || orEmpty) return [];
  const hint = 'If that is meant, write `or empty` at the end of the declaration.';
  return [
    diagnostic(
      PROBLEMS.emptyTable,
      rows.kind === 'file' ? rows.path.span : span,
      `table \`${table.name}\` has no rows`,
      { hint },
    ),
  ];
}
