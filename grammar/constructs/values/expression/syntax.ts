import type { TokenType } from 'chevrotain';
import type { Expression, FieldReference, MaskedField, Operand, PayloadSlice } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { referenceOf } from '../value/syntax.ts';

/** Behind `and`, these begin an effect of the rule and no further condition. */
const EFFECT_STARTS: ReadonlySet<TokenType> = new Set([
  T.Keyword.log,
  T.Keyword.count,
  T.MarkOfEffect,
  T.DscpOfEffect,
  T.Keyword.remember,
  T.Keyword.forget,
  T.Keyword.mss,
  T.Keyword.notrack,
  T.Keyword.helper,
  T.Keyword.opaque,
]);

const SIMPLE_FIELDS = ['protocol', 'length', 'ttl', 'dscp', 'mark', 'vlan'] as const;

/** One term is itself; several are a node. */
function junction(p: Grammar, kind: 'or' | 'and', start: number, terms: Expression[]): Expression {
  const [first] = terms;
  return terms.length === 1 && first ? first : { kind, terms, span: p.spanFrom(start) };
}

export const expressionSyntax: Syntax = (p) => {
  p.RULE('expression', (): Expression => {
    const start = p.here();
    const terms = [p.subrule(0, p.conjunction)];
    p.many(0, () => {
      p.consume(0, T.Keyword.or);
      terms.push(p.subrule(1, p.conjunction));
    });
    return junction(p, 'or', start, terms);
  });

  p.RULE('conjunction', (): Expression => {
    const start = p.here();
    const terms = [p.subrule(0, p.term)];
    p.many(0, {
      GATE: () => !EFFECT_STARTS.has(p.LA(2).tokenType),
      DEF: () => {
        p.consume(0, T.Keyword.and);
        terms.push(p.subrule(1, p.term));
      },
    });
    return junction(p, 'and', start, terms);
  });

  p.RULE('negation', (): Expression => {
    const { startOffset } = p.consume(0, T.Keyword.not);
    p.enter();
    const term = p.subrule(0, p.term);
    p.leave();
    return { kind: 'not', term, span: p.spanFrom(startOffset) };
  });

  p.RULE('nestedExpression', (): Expression => {
    p.consume(0, T.LeftParenthesis);
    p.enter();
    const expression = p.subrule(0, p.expression);
    p.leave();
    p.consume(0, T.RightParenthesis);
    return expression;
  });

  const terms = [
    { ALT: () => p.subrule(0, p.negation) },
    { ALT: () => p.subrule(0, p.nestedExpression) },
    { ALT: () => p.subrule(0, p.comparison) },
  ];
  p.RULE('term', (): Expression => p.or(0, { DEF: terms, ERR_MSG: 'a comparison such as `length > 1400`' }));

  p.RULE('comparison', (): Expression => {
    const start = p.here();
    const left = p.subrule(0, p.leftOperand);
    const sign = p.or(0, {
      DEF: [{ ALT: () => p.consume(0, T.ComparisonToken) }, { ALT: () => p.consume(0, T.Keyword.in) }],
      ERR_MSG: 'a comparison (`==`, `!=`, `<`, `<=`, `>`, `>=`) or `in`',
    });
    const right = p.subrule(0, p.rightOperand);
    const operator = sign.image as '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
    return { kind: 'comparison', operator, left, right, span: p.spanFrom(start) };
  });

  defineOperands(p);
};

function defineOperands(p: Grammar): void {
  p.RULE('field', (): FieldReference => {
    const start = p.here();
    const field = p.or<FieldReference['field']>(0, [
      { ALT: () => addressField(p, 0, 'source') },
      { ALT: () => addressField(p, 1, 'destination') },
      ...SIMPLE_FIELDS.map((name) => ({ ALT: () => (p.consume(0, T.Keyword[name]), name) })),
    ]);
    return { kind: 'field', field, span: p.spanFrom(start) };
  });

  p.RULE('maskableField', (): FieldReference | MaskedField => {
    const start = p.here();
    const field = p.subrule(0, p.field);
    const mask = p.option(0, () => {
      p.consume(0, T.Ampersand);
      return p.subrule(0, p.integer);
    });
    return mask === undefined ? field : { kind: 'masked-field', field, mask, span: p.spanFrom(start) };
  });

  p.RULE('payload', (): PayloadSlice => {
    const { startOffset } = p.consume(0, T.Keyword.payload);
    p.consume(0, T.LeftBracket);
    const first = p.subrule(0, p.integer);
    const last = p.option(0, () => {
      p.consume(0, T.DotDot);
      return p.subrule(1, p.integer);
    });
    p.consume(0, T.RightBracket);
    return p.ACTION(() => {
      const furthest = last ?? first;
      if (furthest.value < first.value || furthest.value > 65_535n) {
        p.fail(
          PROBLEMS.unexpected,
          furthest,
          'these are no bytes of a payload',
          'write the first and the last byte, counted from 0: `payload[0..3]`',
        );
      }
      return {
        kind: 'payload',
        first: Number(first.value),
        last: Number(furthest.value),
        span: p.spanFrom(startOffset),
      };
    });
  });

  const left = [
    { ALT: () => p.subrule(0, p.maskableField) },
    { ALT: () => p.subrule(0, p.payload) },
    { ALT: () => p.consume(0, T.LiteralToken).payload as Operand },
    { ALT: () => referenceOf(p, 0) },
  ];
  p.RULE('leftOperand', (): Operand =>
    p.or<Operand>(0, { DEF: left, ERR_MSG: 'a field such as `length`, `payload[0..3]` or a column' }),
  );

  const right = [
    { ALT: () => p.subrule(0, p.maskableField) },
    { ALT: () => p.subrule(0, p.payload) },
    {
      ALT: () => {
        const outer = p.textIsText;
        p.textIsText = true;
        const value = p.subrule(0, p.set);
        p.textIsText = outer;
        return value;
      },
    },
  ];
  p.RULE('rightOperand', (): Operand => p.or<Operand>(0, { DEF: right, ERR_MSG: 'a value to compare with' }));
}

/** `source` or `source port`. */
function addressField(p: Grammar, index: number, side: 'source' | 'destination'): FieldReference['field'] {
  p.consume(0, T.Keyword[side]);
  const port = p.option(index, () => p.consume(index, T.Keyword.port));
  return port === undefined ? side : `${side} port`;
}
