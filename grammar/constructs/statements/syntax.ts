/** Any statement. */
import type { BlockOrder, Statement, StatementKind } from '../../ast/index.ts';
import type { Opening, Syntax } from '../../dsl.ts';
import * as T from '../../tokens.ts';
import { balanceSyntax } from './balance/syntax.ts';
import { countSyntax } from './count/syntax.ts';
import { dispatchSyntax } from './dispatch/syntax.ts';
import { expectSyntax } from './expect/syntax.ts';
import { filterSyntax } from './filter/syntax.ts';
import { givenSyntax } from './given/syntax.ts';
import { groupSyntax } from './group/syntax.ts';
import { hostSyntax } from './host/syntax.ts';
import { letSyntax } from './let/syntax.ts';
import { mangleSyntax } from './mangle/syntax.ts';
import { memorySyntax } from './memory/syntax.ts';
import { mitigateSyntax } from './mitigate/syntax.ts';
import { natSyntax } from './nat/syntax.ts';
import { rawSyntax } from './raw/syntax.ts';
import { serviceDeclarationSyntax } from './service/syntax.ts';
import { shapeSyntax } from './shape/syntax.ts';
import { cellSyntax, tableSyntax } from './table/syntax.ts';
import { targetSyntax } from './target/syntax.ts';
import { tenantSyntax } from './tenant/syntax.ts';
import { useSyntax } from './use/syntax.ts';
import { zoneSyntax } from './zone/syntax.ts';

/** The file that reads each kind; the type checker lists what is missing. */
const STATEMENT_SYNTAX: Readonly<Record<StatementKind, Syntax>> = {
  use: useSyntax,
  zone: zoneSyntax,
  let: letSyntax,
  table: tableSyntax,
  memory: memorySyntax,
  'service-declaration': serviceDeclarationSyntax,
  group: groupSyntax,
  mitigate: mitigateSyntax,
  raw: rawSyntax,
  nat: natSyntax,
  filter: filterSyntax,
  mangle: mangleSyntax,
  'count-block': countSyntax,
  shape: shapeSyntax,
  balance: balanceSyntax,
  dispatch: dispatchSyntax,
  expect: expectSyntax,
  target: targetSyntax,
  tenant: tenantSyntax,
  host: hostSyntax,
};

export const statementSyntax: Syntax = (p) => {
  for (const define of Object.values(STATEMENT_SYNTAX)) define(p);
  cellSyntax(p);
  givenSyntax(p);

  p.RULE('blockOrder', (): BlockOrder => {
    const order = p.option(0, () =>
      p.or<BlockOrder>(0, [
        { ALT: () => (p.consume(0, T.Keyword.before), 'before' as const) },
        { ALT: () => (p.consume(0, T.Keyword.after), 'after' as const) },
      ]),
    );
    return order ?? 'only';
  });

  const alternatives = [
    { ALT: () => p.subrule(0, p.use) },
    { ALT: () => p.subrule(0, p.zone) },
    { ALT: () => p.subrule(0, p.let) },
    { ALT: () => p.subrule(0, p.table) },
    { ALT: () => p.subrule(0, p.memory) },
    { ALT: () => p.subrule(0, p.serviceDeclaration) },
    { ALT: () => p.subrule(0, p.group) },
    { ALT: () => p.subrule(0, p.mitigate) },
    { ALT: () => p.subrule(0, p.raw) },
    { ALT: () => p.subrule(0, p.nat) },
    { ALT: () => p.subrule(0, p.filter) },
    { ALT: () => p.subrule(0, p.mangle) },
    { ALT: () => p.subrule(0, p.countBlock) },
    { ALT: () => p.subrule(0, p.shape) },
    { ALT: () => p.subrule(0, p.balance) },
    { ALT: () => p.subrule(0, p.dispatch) },
    { ALT: () => p.subrule(0, p.expect) },
    { ALT: () => p.subrule(0, p.target) },
    { ALT: () => p.subrule(0, p.tenant) },
    { ALT: () => p.subrule(0, p.host) },
  ];
  p.RULE('statement', (): Statement | Opening =>
    p.or<Statement | Opening>(0, { DEF: alternatives, ERR_MSG: 'a statement' }),
  );
};
