import type { Name, Use } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

type Import = NonNullable<Use['names']>[number];

export const useSyntax: Syntax = (p) => {
  p.RULE('use', (): Use => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.use);
    const moduleStart = p.here();
    const module = p.or<Use['module']>(0, {
      DEF: [
        { ALT: () => ({ path: String(p.consume(0, T.StringToken).payload) }) },
        {
          ALT: () => {
            p.freeWord(0, ['std'], 'library');
            p.consume(0, T.Dot);
            return { std: p.consume(0, T.AnyWord).image };
          },
        },
      ],
      ERR_MSG: 'a module such as `std.services`, or a file in quotes',
    });
    const moduleSpan = { span: p.spanFrom(moduleStart) };
    const names = p.option(0, () => p.subrule(0, p.imports));
    return { kind: 'use', annotations, module, moduleSpan, ...(names && { names }), span: p.spanFrom(startOffset) };
  });

  p.RULE('imports', (): Import[] => {
    p.consume(0, T.LeftParenthesis);
    const imports = [p.subrule(0, p.import)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      imports.push(p.subrule(1, p.import));
    });
    p.consume(0, T.RightParenthesis);
    return imports;
  });

  p.RULE('import', (): Import => {
    const name = p.subrule(0, p.name);
    const as = p.option(0, (): Name => {
      p.consume(0, T.Keyword.as);
      return p.subrule(1, p.name);
    });
    return { name, ...(as && { as }) };
  });
};
