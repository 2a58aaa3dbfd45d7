import type { ColumnDeclaration, Table, ValueRow } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Part, type Printing } from '../../../printing.ts';
import { printName, printNames } from '../../values/name/print.ts';
import { partsOf } from '../../values/value/print.ts';

export function printTable(table: Table, at: Printing): Doc {
  const columns: Part[] = [
    ...table.columns.map((node) => ({ node, print: () => printColumn(node, at) })),
    ...table.keys.map((node) => ({ node, print: () => `key (${printNames(node.columns)})` })),
  ].toSorted((left, right) => left.node.span.start - right.node.span.start);
  const head = [`table ${printName(table.name)}`, at.enclosed(columnsOf(table), '(', columns, ')', true)];
  return words(head, printRows(table, at), table.orEmpty ? 'or empty' : undefined);
}

/** The columns, without what stands behind them: comments there belong to the rows. */
function columnsOf(table: Table): { span: Table['span'] } {
  const ends = [...table.columns, ...table.keys].map(({ span }) => span.end);
  return { span: { ...table.span, end: Math.max(0, ...ends) } };
}

function printRows({ rows, span }: Table, at: Printing): Doc {
  if (rows.kind === 'file') return `from ${quoted(rows.path.value)}`;
  const parts = rows.rows.map((node) => ({ node, print: () => printRow(node, at) }));
  return ['= ', at.enclosed({ span }, '{', parts, '}')];
}

function printRow(row: ValueRow, at: Printing): Doc {
  return at.enclosed(row, '(', partsOf(row.cells, at), ')', true);
}

export function printColumn(column: ColumnDeclaration, at: Printing): Doc {
  const members = column.members ? `(${printNames(column.members)})` : '';
  return words(
    `${printName(column.name)}: ${column.type}${members}`,
    column.key ? 'key' : undefined,
    column.volatile ? 'volatile' : undefined,
    column.default && words('=', at.value(column.default)),
  );
}
