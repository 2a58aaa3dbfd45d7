import type { Expression, Operand } from '../../../ast/index.ts';
import { literalText } from '../../../literal-text.ts';
import { filled, words, type Doc, type Printing } from '../../../printing.ts';

/** `not` binds tightest, then `and`, then `or`; what a level lower must hold together is in parentheses. */
export function printExpression(expression: Expression, at: Printing): Doc {
  switch (expression.kind) {
    case 'comparison':
      return words(printOperand(expression.left, at), expression.operator, printOperand(expression.right, at));
    case 'not':
      return words('not', nested(expression.term, ['and', 'or'], at));
    case 'and':
      return joined(expression.terms, 'and', ['and', 'or'], at);
    case 'or':
      return joined(expression.terms, 'or', ['or'], at);
  }
}

function joined(terms: readonly Expression[], word: string, looser: readonly Expression['kind'][], at: Printing): Doc {
  return filled(terms.map((term, index) => words(index === 0 ? undefined : word, nested(term, looser, at))));
}

function nested(expression: Expression, looser: readonly Expression['kind'][], at: Printing): Doc {
  const printed = printExpression(expression, at);
  return looser.includes(expression.kind) ? ['(', printed, ')'] : printed;
}

function printOperand(operand: Operand, at: Printing): Doc {
  switch (operand.kind) {
    case 'field':
      return operand.field;
    case 'masked-field':
      return `${operand.field.field} & ${at.written(operand.mask) ?? literalText(operand.mask)}`;
    case 'payload':
      return `payload[${operand.first === operand.last ? operand.first : `${operand.first}..${operand.last}`}]`;
    default:
      return at.value(operand);
  }
}
