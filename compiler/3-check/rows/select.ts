/** The `where` of an `each`, worked out over the columns at once: which rows it picks. */
import type { Expression, Operand } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { columnNamed } from '../../2-resolve/values/column.ts';
import type { RowVariable } from '../../model/condition.ts';
import type { Column } from '../../model/table.ts';
import type { RuleContext } from '../context.ts';
import { WHERE_ROW } from '../problems.ts';
import { compareCells } from './cells.ts';
import { compareConstant } from './constant.ts';

/** Whether a row is picked. */
export type RowTest = (row: number) => boolean;

type Comparison = Extract<Expression, { readonly kind: 'comparison' }>;
export type Operator = Comparison['operator'];

/** Numbers of the rows for which the expression holds, ascending; undefined where it is wrong, which is reported. */
export function selectRows(where: Expression, row: RowVariable, context: RuleContext): Uint32Array | undefined {
  const test = rowTest(where, row, context);
  if (!test) return undefined;
  const selected = new Uint32Array(row.table.rowCount);
  let count = 0;
  for (let number = 0; number < row.table.rowCount; number++) {
    if (test(number)) selected[count++] = number;
  }
  return selected.slice(0, count);
}

function rowTest(expression: Expression, row: RowVariable, context: RuleContext): RowTest | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const tests = expression.terms.map((term) => rowTest(term, row, context));
      const known = tests.filter((test) => test !== undefined);
      if (known.length < tests.length) return undefined;
      return expression.kind === 'and'
        ? (number) => known.every((test) => test(number))
        : (number) => known.some((test) => test(number));
    }
    case 'not': {
      const test = rowTest(expression.term, row, context);
      return test && ((number) => !test(number));
    }
    case 'comparison':
      return comparisonTest(expression, row, context);
  }
}

const MIRRORED: Readonly<Partial<Record<Operator, Operator>>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function comparisonTest(comparison: Comparison, row: RowVariable, context: RuleContext): RowTest | undefined {
  const { left, right, operator } = comparison;
  const leftColumn = ownColumn(left, row, context);
  const rightColumn = ownColumn(right, row, context);
  if (leftColumn === 'wrong' || rightColumn === 'wrong') return undefined;
  const mirrored = MIRRORED[operator];
  const { span } = comparison;
  if (leftColumn && rightColumn) return compareCells(leftColumn, operator, rightColumn, span, context);
  if (leftColumn) {
    if (isField(right)) return refuse(right, row, context);
    return compareConstant(leftColumn, operator, right, span, context);
  }
  if (rightColumn && mirrored && !isField(left)) return compareConstant(rightColumn, mirrored, left, span, context);
  return refuse(isField(left) ? left : comparison, row, context);
}

type PacketOperand = Extract<Operand, { readonly kind: 'field' | 'payload' | 'masked-field' }>;

function isField(operand: Operand): operand is PacketOperand {
  return operand.kind === 'field' || operand.kind === 'payload' || operand.kind === 'masked-field';
}

function refuse(operand: { readonly span: Comparison['span'] }, row: RowVariable, context: RuleContext): undefined {
  report(context, WHERE_ROW, operand.span, `this speaks of no cell of \`${row.name}\``, {
    hint: `Rows are picked by their own cells: \`${row.name}.${row.table.columns[0]?.name ?? 'column'} == …\`. What speaks of packets is a clause of a rule inside.`,
  });
  return undefined;
}

/** The column of the row's own table that the operand names, if it names one. */
function ownColumn(operand: Operand, row: RowVariable, context: RuleContext): Column | undefined | 'wrong' {
  if (operand.kind !== 'column') return undefined;
  const meaning = context.scope.find(operand.owner.text)?.meaning;
  if (meaning?.kind !== 'row') return undefined;
  if (meaning.row === row) return columnNamed(operand, row.table, context) ?? 'wrong';
  refuse(operand, row, context);
  return 'wrong';
}
