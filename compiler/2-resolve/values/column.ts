/** `u.room` (a cell of the row at hand) and `users.room` (the set of a column's values). */
import type { ColumnReference } from '../../../grammar/ast/index.ts';
import type { Cell, RowVariable } from '../../model/condition.ts';
import { columnOf, type Column, type ColumnType, type Table } from '../../model/table.ts';
import { report, type ValueContext } from '../context.ts';
import { lookUp, suggestion } from '../names.ts';
import { COLUMN_NOT_A_SET, NOT_A_TABLE, UNKNOWN_COLUMN } from '../problems.ts';
import { projection } from '../projection.ts';
import { UNKNOWN, addressFormula, isSet, macCell, numberCell, type Resolved } from '../resolved.ts';
import { MEANING_TITLES } from '../scope.ts';

export function evaluateColumn(reference: ColumnReference, context: ValueContext): Resolved {
  const owner = lookUp(reference.owner, context);
  if (!owner || owner.meaning.kind === 'unknown') return UNKNOWN;
  if (owner.meaning.kind === 'row') return readCell(reference, owner.meaning.row, context);
  if (owner.meaning.kind === 'table') return readColumn(reference, owner.meaning.table, context);
  if (owner.meaning.kind === 'value' && owner.meaning.value.type === 'unknown') return UNKNOWN;
  const is = MEANING_TITLES[owner.meaning.kind];
  report(context, NOT_A_TABLE, reference.owner.span, `\`${reference.owner.text}\` is ${is} and has no columns`, {
    labels: [{ span: owner.span, text: `\`${owner.name}\` is ${is}` }],
  });
  return UNKNOWN;
}

/** The column that the reference names; reports one that the table lacks. */
export function columnNamed(reference: ColumnReference, table: Table, context: ValueContext): Column | undefined {
  const column = columnOf(table, reference.column.text);
  if (column) return column;
  const names = table.columns.map((each) => each.name);
  const message = `the table \`${table.name}\` has no column \`${reference.column.text}\``;
  report(context, UNKNOWN_COLUMN, reference.column.span, message, {
    hint: suggestion(reference.column.text, names, `Its columns are ${names.join(', ')}.`),
    labels: [{ span: table.span, text: `\`${table.name}\` is declared here` }],
  });
  return undefined;
}

type CellReader = (cell: Cell) => Resolved;

const wordCell: CellReader = (cell) => ({ type: 'word', cell });
const addressCell: CellReader = (cell) => addressFormula(cell);

const cellReaders: Readonly<Record<ColumnType['kind'], CellReader>> = {
  unsigned: numberCell,
  port: numberCell,
  ports: numberCell,
  protocol: numberCell,
  bool: wordCell,
  enum: wordCell,
  string: (cell) => ({ type: 'text', text: cell }),
  mac: macCell,
  rate: (cell) => ({ type: 'rate', rate: cell }),
  size: (cell) => ({ type: 'size', bytes: cell }),
  duration: (cell) => ({ type: 'duration', milliseconds: cell }),
  date: (cell) => ({ type: 'date', date: cell }),
  address: addressCell,
  prefix: addressCell,
};

function readCell(reference: ColumnReference, row: RowVariable, context: ValueContext): Resolved {
  const column = columnNamed(reference, row.table, context);
  if (!column) return UNKNOWN;
  return cellReaders[column.type.kind]({ kind: 'cell', row, column: column.name });
}

function readColumn(reference: ColumnReference, table: Table, context: ValueContext): Resolved {
  const column = columnNamed(reference, table, context);
  if (!column) return UNKNOWN;
  const values = projection(column, table);
  if (values && isSet(values)) return { ...values, name: `${reference.owner.text}.${reference.column.text}` };
  report(context, COLUMN_NOT_A_SET, reference.span, `the values of \`${table.name}.${column.name}\` are no set`, {
    hint: `Read it row by row: \`each row in ${table.name} { … row.${column.name} … }\`.`,
  });
  return UNKNOWN;
}
