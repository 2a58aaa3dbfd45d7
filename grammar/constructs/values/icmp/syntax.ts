import type { IcmpLiteral, IcmpType, Name } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { nameOf } from '../value/syntax.ts';

/** Behind a comma, these go on with the types; any other word is the next service: `icmp echo-request, ssh`. */
function continuesTypes(p: Grammar): boolean {
  const { tokenType } = p.LA(2);
  return tokenType === T.HyphenatedWord || tokenType === T.IntegerToken;
}

export const icmpSyntax: Syntax = (p) => {
  p.RULE('icmp', (): IcmpLiteral => {
    const start = p.here();
    const family = p.or<IcmpLiteral['family']>(0, [
      { ALT: () => (p.consume(0, T.Keyword.icmp), 'both' as const) },
      { ALT: () => (p.consume(0, T.Keyword.icmp4), 4 as const) },
      { ALT: () => (p.consume(0, T.Keyword.icmp6), 6 as const) },
    ]);
    const types: IcmpType[] = [];
    p.option(0, () => {
      types.push(p.subrule(0, p.icmpType));
      p.many(0, {
        GATE: () => continuesTypes(p),
        DEF: () => {
          p.consume(0, T.Comma);
          types.push(p.subrule(1, p.icmpType));
        },
      });
    });
    return { kind: 'icmp', family, types, span: p.spanFrom(start) };
  });

  p.RULE('icmpType', (): IcmpType => {
    const start = p.here();
    const type = p.or<Name | IcmpType['type']>(0, [
      { ALT: () => nameOf(p, p.consume(0, T.HyphenatedWord)) },
      { ALT: () => nameOf(p, p.consume(0, T.NameToken)) },
      { ALT: () => p.subrule(0, p.integer) },
    ]);
    const code = p.option(0, () => {
      p.consume(0, T.Slash);
      return p.subrule(1, p.integer);
    });
    return { kind: 'icmp-type', type, ...(code && { code }), span: p.spanFrom(start) };
  });
};
