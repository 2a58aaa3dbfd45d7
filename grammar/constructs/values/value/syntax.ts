import type {
  AddressOfZone,
  AnyValue,
  ColumnReference,
  IntegerLiteral,
  Name,
  NameReference,
  SetOperation,
  Value,
} from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { serviceLiteral } from '../service/literal.ts';

/** More operands than anyone writes; a longer list belongs in braces, and a tree this deep can still be walked. */
const MOST_OPERANDS = 1000;

/** The name that a token is. */
export function nameOf(grammar: Grammar, token: T.PolicyToken): Name {
  const quoted = token.tokenType === T.StringToken;
  const text = typeof token.payload === 'string' ? token.payload : token.image;
  return { kind: 'name', text, quoted, span: { source: grammar.source, start: token.startOffset, end: token.end } };
}

/** `name` or `name.column`; uses the index for a name token, a dot and a column. */
export function referenceOf(p: Grammar, index: number): NameReference | ColumnReference {
  const token = p.consume(index, T.NameToken);
  const name = nameOf(p, token);
  const column = p.option(index, () => {
    p.consume(index, T.Dot);
    return p.subrule(index, p.columnName);
  });
  if (column === undefined) return { kind: 'reference', name, span: name.span };
  return { kind: 'column', owner: name, column, span: p.spanFrom(token.startOffset) };
}

/** A part of a set with the place it takes, parentheses included. */
interface Operand {
  readonly value: Value;
  readonly start: number;
  readonly end: number;
}

/** What stands behind the first operand of a set, which began at `start`: `+ b - c & d`. */
export function joinOperands(p: Grammar, start: number, first: Value): Value {
  let sum: Operand | undefined;
  let sumOperator: SetOperation['operator'] = '+';
  let product: Operand = { value: first, start, end: p.spanFrom(start).end };
  let operands = 1;
  p.many(9, () => {
    const sign = p.consume(9, T.SetOperatorToken);
    const rightStart = p.here();
    const value = p.subrule(9, p.operand);
    p.ACTION(() => {
      const right = { value, start: rightStart, end: p.spanFrom(rightStart).end };
      if (++operands > MOST_OPERANDS) {
        const message = `more than ${MOST_OPERANDS} sets are joined here`;
        p.fail(PROBLEMS.tooDeep, sign, message, 'list them in braces: `{ a, b }`');
      }
      if (sign.tokenType === T.Ampersand) {
        product = joined(p, '&', product, right);
        return;
      }
      sum = sum === undefined ? product : joined(p, sumOperator, sum, product);
      sumOperator = sign.tokenType === T.Minus ? '-' : '+';
      product = right;
    });
  });
  return sum === undefined ? product.value : joined(p, sumOperator, sum, product).value;
}

function joined(p: Grammar, operator: SetOperation['operator'], left: Operand, right: Operand): Operand {
  const span = { source: p.source, start: left.start, end: right.end };
  const value: SetOperation = { kind: 'operation', operator, left: left.value, right: right.value, span };
  return { value, start: left.start, end: right.end };
}

/** The first value and those behind its commas, as one value. */
function listOf(p: Grammar, start: number, first: Value, rest: Value[] | undefined): Value {
  if (rest === undefined) return first;
  return { kind: 'list', braces: false, items: [first, ...rest], span: p.spanFrom(start) };
}

export const valueSyntax: Syntax = (p) => {
  p.RULE('name', () => nameOf(p, p.consume(0, T.NameToken)));

  p.RULE('columnName', () =>
    nameOf(p, p.or(0, [{ ALT: () => p.consume(0, T.AnyWord) }, { ALT: () => p.consume(0, T.StringToken) }])),
  );

  p.RULE('integer', () => p.consume(0, T.IntegerToken).payload as IntegerLiteral);

  p.RULE('text', () => {
    const token = p.consume(0, T.StringToken);
    return { kind: 'string', value: String(token.payload), span: p.spanFrom(token.startOffset) };
  });

  p.RULE('names', () => {
    const names = [p.subrule(0, p.name)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      names.push(p.subrule(1, p.name));
    });
    return names;
  });

  p.RULE('value', () => {
    const literal = p.loneLiteral();
    if (literal) return literal;
    const start = p.here();
    const first = p.subrule(0, p.set);
    let rest: Value[] | undefined;
    p.many(0, () => {
      p.consume(0, T.Comma);
      (rest ??= []).push(p.subrule(1, p.set));
    });
    return listOf(p, start, first, rest);
  });

  p.RULE('set', () => {
    const literal = p.loneLiteral();
    if (literal) return literal;
    const start = p.here();
    return joinOperands(p, start, p.subrule(0, p.operand));
  });

  p.RULE('scalar', () =>
    p.or(0, {
      DEF: [{ ALT: () => p.consume(0, T.LiteralToken).payload as Value }, { ALT: () => referenceOf(p, 0) }],
      ERR_MSG: 'a number, another literal or a name',
    }),
  );

  const portAlternatives = [{ ALT: () => p.subrule(0, p.scalar) }, { ALT: () => p.subrule(0, p.braces) }];
  p.RULE(
    'ports',
    () =>
      p.loneLiteral() ?? p.or(0, { DEF: portAlternatives, ERR_MSG: 'a port, a range such as `1024-65535`, or a name' }),
  );

  p.RULE('braces', () => {
    const start = p.consume(0, T.LeftBrace).startOffset;
    const items: Value[] = [];
    p.enter();
    p.option(0, () => {
      items.push(p.subrule(0, p.set));
      p.many(0, () => {
        p.consume(0, T.Comma);
        items.push(p.subrule(1, p.set));
      });
    });
    p.leave();
    p.consume(0, T.RightBrace);
    return { kind: 'list', braces: true, items, span: p.spanFrom(start) };
  });

  defineOperand(p);
};

function defineOperand(p: Grammar): void {
  p.RULE('anyValue', (): AnyValue => {
    const { startOffset } = p.consume(0, T.Keyword.any);
    return { kind: 'any', span: p.spanFrom(startOffset) };
  });

  p.RULE('addressOf', (): AddressOfZone => {
    const { startOffset } = p.consume(0, T.Keyword.address);
    p.consume(0, T.Keyword.of);
    const zone = p.subrule(0, p.name);
    return { kind: 'address-of', zone, span: p.spanFrom(startOffset) };
  });

  p.RULE('parentheses', () => {
    p.consume(0, T.LeftParenthesis);
    p.enter();
    const value = p.subrule(0, p.set);
    p.leave();
    p.consume(0, T.RightParenthesis);
    return value;
  });

  p.RULE('referenceOperand', () => {
    const quoted = p.LA(1).tokenType === T.StringToken;
    const reference = referenceOf(p, 0);
    const ports = p.option(1, () => {
      p.consume(0, T.Slash);
      return p.subrule(1, p.ports);
    });
    if (ports !== undefined) return p.ACTION(() => serviceLiteral(p, reference, ports));
    if (quoted && p.textIsText && reference.kind === 'reference') {
      return { kind: 'string', value: reference.name.text, span: reference.span };
    }
    return reference;
  });

  const alternatives = [
    { ALT: () => p.consume(0, T.LiteralToken).payload as Value },
    { ALT: () => p.subrule(0, p.referenceOperand) },
    { ALT: () => p.subrule(0, p.anyValue) },
    { ALT: () => p.subrule(0, p.addressOf) },
    { ALT: () => p.subrule(0, p.braces) },
    { ALT: () => p.subrule(0, p.parentheses) },
    { ALT: () => p.subrule(0, p.protocolNumber) },
    { ALT: () => p.subrule(0, p.icmp) },
  ];
  p.RULE('operand', () =>
    p.or(0, { DEF: alternatives, ERR_MSG: 'an address, another literal, a name, or a set in braces' }),
  );
}
