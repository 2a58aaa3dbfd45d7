import type { Name, ShapeDefault } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const shapeDefaultSyntax: Syntax = (p) => {
  p.RULE('shapeDefault', (): ShapeDefault => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.default);
    const to = p.or<'fair' | 'unshaped' | Name>(0, {
      DEF: [
        {
          ALT: () => {
            p.consume(0, T.Keyword.class);
            return p.subrule(0, p.name);
          },
        },
        { ALT: () => p.freeWord(0, ['fair', 'unshaped'], 'default of a shaper') },
      ],
      ERR_MSG: '`fair`, `unshaped` or `class NAME`',
    });
    return { kind: 'shape-default', annotations, to, span: p.spanFrom(startOffset) };
  });
};
