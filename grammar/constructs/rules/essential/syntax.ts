import type { EssentialOff } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

export const essentialSyntax: Syntax = (p) => {
  p.RULE('essentialOff', (): EssentialOff => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.essential);
    p.word(0, ['off'], 'setting of `essential`');
    return { kind: 'essential-off', annotations, span: p.spanFrom(startOffset) };
  });
};
