import type { Statement, Tenant, TenantPrefix, Tunnel } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

type TenantItem = Statement | Tunnel | TenantPrefix | Opening;

export const tenantSyntax: Syntax = (p) => {
  p.RULE('tenant', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.tenant);
    const name = p.subrule(0, p.name);
    p.consume(0, T.LeftBrace);
    return opening('tenant', (body, span): Tenant => ({ kind: 'tenant', annotations, name, body, span }));
  });

  const items = [
    { ALT: () => p.subrule(0, p.statement) },
    { ALT: () => p.subrule(0, p.tunnel) },
    { ALT: () => p.subrule(0, p.tenantPrefix) },
  ];
  p.RULE('tenantItem', () => p.or<TenantItem>(0, { DEF: items, ERR_MSG: 'a statement, `prefix` or `tunnel`' }));

  p.RULE('tenantPrefix', (): TenantPrefix => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.prefix);
    const prefixes = p.subrule(0, p.value);
    return { kind: 'tenant-prefix', annotations, prefixes, span: p.spanFrom(startOffset) };
  });

  p.RULE('tunnel', (): Tunnel => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.tunnel);
    const type = p.word(0, ['gre', 'ipip'], 'type of tunnel');
    p.consume(0, T.Keyword.from);
    const anycast = p.option(0, () => p.consume(0, T.Keyword.anycast)) !== undefined;
    const from = p.subrule(0, p.endAddress);
    p.consume(0, T.Keyword.to);
    const to = p.subrule(1, p.endAddress);
    return { kind: 'tunnel', annotations, type, from, anycast, to, span: p.spanFrom(startOffset) };
  });

  p.RULE('endAddress', () => p.subrule(0, p.scalar));
};
