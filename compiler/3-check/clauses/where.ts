/** `where EXPRESSION`: fields of the packet compared with values, with each other, and under masks. */
import type { Expression, WhereClause } from '../../../grammar/ast/index.ts';
import type { Condition } from '../../model/condition.ts';
import { all, any, condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { checkComparison } from '../where/comparison.ts';

export function checkWhere(clause: WhereClause, context: ClauseContext): ClauseResult | undefined {
  const found = checkExpression(clause.expression, context);
  return found && condition(found);
}

function checkExpression(expression: Expression, context: ClauseContext): Condition | undefined {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const terms = expression.terms.map((term) => checkExpression(term, context));
      const known = terms.filter((term) => term !== undefined);
      if (known.length < terms.length) return undefined;
      return expression.kind === 'and' ? all(known) : any(known);
    }
    case 'not': {
      const of = checkExpression(expression.term, context);
      if (!of) return undefined;
      context.negations.push({ of, span: expression.span });
      return { kind: 'not', of };
    }
    case 'comparison':
      return checkComparison(expression, context);
  }
}
