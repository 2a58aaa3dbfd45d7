import type { Let } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { withProtocols } from '../../values/service/literal.ts';

export const letSyntax: Syntax = (p) => {
  p.RULE('let', (): Let => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.let);
    const name = p.subrule(0, p.name);
    const value = p.or<Let['value']>(0, {
      DEF: [
        {
          ALT: () => {
            p.consume(0, T.Equals);
            const written = p.subrule(0, p.value);
            return p.ACTION(() => withProtocols(written));
          },
        },
        {
          ALT: () => {
            p.consume(0, T.Keyword.from);
            return { kind: 'file', path: p.subrule(0, p.text) };
          },
        },
      ],
      ERR_MSG: '`=` and a value, or `from` and a file',
    });
    const orEmpty = p.subrule(0, p.orEmpty);
    return { kind: 'let', annotations, name, value, orEmpty, span: p.spanFrom(startOffset) };
  });

  p.RULE('orEmpty', (): boolean => {
    const said = p.option(0, () => {
      p.consume(0, T.Keyword.or);
      return p.consume(0, T.Keyword.empty);
    });
    return said !== undefined;
  });
};
