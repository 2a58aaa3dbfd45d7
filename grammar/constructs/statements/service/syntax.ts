import type { Service, Value } from '../../../ast/index.ts';
import type { Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { withProtocols } from '../../values/service/literal.ts';

export const serviceDeclarationSyntax: Syntax = (p) => {
  p.RULE('serviceDeclaration', (): Service => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.service);
    const name = p.subrule(0, p.name);
    p.consume(0, T.Equals);
    const services: Value[] = p.subrule(0, p.serviceSets);
    return { kind: 'service-declaration', annotations, name, services, span: p.spanFrom(startOffset) };
  });

  // Here braces may stand around services; in a clause they would be taken for a block.
  p.RULE('serviceSets', (): Value[] => {
    const sets = [p.subrule(0, p.set)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      sets.push(p.subrule(1, p.set));
    });
    return p.ACTION(() => sets.map(withProtocols));
  });
};
