/** The columns that a table declares, checked by themselves and ready to be filled. */
import type * as ast from '../../../grammar/ast/index.ts';
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { ColumnType } from '../../model/table.ts';
import { PROBLEMS } from '../problems.ts';
import { marked } from './cell-findings.ts';
import { didYouMean } from '../../../grammar/did-you-mean.ts';
import type { CellReader } from './cells/cell-reader.ts';
import { cellReaderOf, columnTypeOf } from './cells/index.ts';
import { cellText, type LookupValue } from './literal-text.ts';

export interface DeclaredColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly declaration: ast.ColumnDeclaration;
  readonly cells: CellReader;
  /** What an empty cell stands for: a text of the column's type, no value (`none`), or nothing: it is an error. */
  readonly default: Uint8Array | 'none' | undefined;
}

/** All columns of a declaration; those whose default is wrong have none. */
export function declaredColumns(
  table: ast.Table,
  lookupValue: LookupValue,
): { readonly columns: readonly DeclaredColumn[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const byName = new Map<string, DeclaredColumn>();
  for (const declaration of table.columns) {
    const name = declaration.name.text;
    const first = byName.get(name);
    if (first) {
      const labels = [{ span: first.declaration.name.span, text: 'first declared here' }];
      const message = `table \`${table.name.text}\` declares column \`${name}\` twice`;
      diagnostics.push(diagnostic(PROBLEMS.duplicateColumn, declaration.name.span, message, { labels }));
      continue;
    }
    diagnostics.push(...duplicateMembers(declaration));
    const column = { name, type: columnTypeOf(declaration), declaration, cells: cellReaderOf(declaration) };
    byName.set(name, { ...column, default: defaultOf(declaration, lookupValue, diagnostics) });
  }
  return { columns: [...byName.values()], diagnostics };
}

function duplicateMembers(declaration: ast.ColumnDeclaration): Diagnostic[] {
  const known = new Map<string, ast.Name>();
  const diagnostics: Diagnostic[] = [];
  for (const member of declaration.members ?? []) {
    const first = known.get(member.text);
    if (first) {
      const labels = [{ span: first.span, text: 'first listed here' }];
      const message = `\`${member.text}\` is listed twice in the enum of column \`${declaration.name.text}\``;
      diagnostics.push(diagnostic(PROBLEMS.duplicateMember, member.span, message, { labels }));
    }
    known.set(member.text, first ?? member);
  }
  return diagnostics;
}

function defaultOf(
  declaration: ast.ColumnDeclaration,
  lookupValue: LookupValue,
  diagnostics: Diagnostic[],
): DeclaredColumn['default'] {
  if (!declaration.default) return undefined;
  const cell = cellText(declaration.default, declaration, lookupValue);
  if (cell.kind === 'none') return 'none';
  if (cell.kind === 'wrong') {
    diagnostics.push(cell.diagnostic);
    return undefined;
  }
  // Read into a store of its own, so that a text which no row has does not become one of the column's strings.
  const trial = cellReaderOf(declaration);
  trial.reserve(1);
  if (trial.read(cell.bytes, 0, cell.bytes.length, 0)) return cell.bytes;
  const { problem, hint } = trial.explain(cell.text);
  const message = `default of column \`${declaration.name.text}\`: ${marked(cell.text)} ${problem}`;
  diagnostics.push(diagnostic(PROBLEMS.badDefault, declaration.default.span, message, { hint }));
  return undefined;
}

/** The column names of each key: of columns marked `key`, and of each `key (…)`. Unknown names are reported. */
export function declaredKeys(
  table: ast.Table,
  columns: readonly DeclaredColumn[],
): { readonly keys: readonly (readonly string[])[]; readonly diagnostics: readonly Diagnostic[] } {
  const names = columns.map((column) => column.name);
  const diagnostics: Diagnostic[] = [];
  const keys = columns.filter((column) => column.declaration.key).map((column) => [column.name]);
  for (const key of table.keys) {
    for (const name of key.columns) {
      if (names.includes(name.text)) continue;
      const message = `the key names \`${name.text}\`, which is no column of table \`${table.name.text}\``;
      diagnostics.push(
        diagnostic(PROBLEMS.unknownKeyColumn, name.span, message, { hint: didYouMean(name.text, names) }),
      );
    }
    keys.push([...new Set(key.columns.map((name) => name.text))]);
  }
  return { keys, diagnostics };
}
