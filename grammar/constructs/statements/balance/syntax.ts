import type { BalanceSetting } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import { EMPTY_ANNOTATIONS } from '../../../annotations.ts';
import * as T from '../../../tokens.ts';

type Setting<Kind extends BalanceSetting['kind']> = BalanceSetting & { kind: Kind };

/** One for each setting; the type checker lists what is missing. */
const SETTINGS: { readonly [Kind in BalanceSetting['kind']]: (p: Grammar) => Setting<Kind> } = {
  vip: readVip,
  pool: readPool,
  hash: readHash,
  fragments: readFragments,
  'remember-flows': readRemember,
  'local-first': readLocal,
  forward: readForward,
};

export const balanceSyntax: Syntax = (p) => {
  p.RULE('balance', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.balance);
    const name = p.subrule(0, p.name);
    p.consume(0, T.LeftBrace);
    return opening('balance', (settings, span) => ({ kind: 'balance', annotations, name, settings, span }));
  });

  const alternatives = Object.values(SETTINGS).map((read) => ({ ALT: (): BalanceSetting => read(p) }));
  p.RULE('balanceSetting', (): BalanceSetting =>
    p.or(0, {
      DEF: alternatives,
      ERR_MSG: '`vip`, `pool`, `hash`, `fragments`, `remember`, `local` or `forward`',
    }),
  );
};

function readVip(p: Grammar): Setting<'vip'> {
  const { startOffset } = p.consume(0, T.Keyword.vip);
  const addresses = p.subrule(0, p.value);
  p.consume(0, T.Keyword.service);
  const services = p.subrule(0, p.serviceSets);
  return { kind: 'vip', addresses, services, span: p.spanFrom(startOffset) };
}

function readPool(p: Grammar): Setting<'pool'> {
  const { startOffset } = p.consume(0, T.Keyword.pool);
  p.annotations = EMPTY_ANNOTATIONS;
  const table = p.or<Setting<'pool'>['table']>(1, {
    DEF: [{ ALT: () => p.subrule(0, p.table) }, { ALT: () => p.subrule(0, p.name) }],
    ERR_MSG: 'a table, or the name of one',
  });
  return { kind: 'pool', table, span: p.spanFrom(startOffset) };
}

function readHash(p: Grammar): Setting<'hash'> {
  const { startOffset } = p.consume(0, T.Keyword.hash);
  const algorithm = p.word(0, ['maglev'], 'algorithm of a hash');
  const size = p.subrule(0, p.integer);
  p.consume(0, T.Keyword.on);
  const on = p.word(1, ['flow', 'source'], 'key of a hash');
  return { kind: 'hash', algorithm, size, on, span: p.spanFrom(startOffset) };
}

function readFragments(p: Grammar): Setting<'fragments'> {
  const { startOffset } = p.consume(0, T.Keyword.fragments);
  p.consume(1, T.Keyword.on);
  const fields = ['source', 'destination', 'protocol'] as const;
  const on = [p.word(2, fields, 'key of fragments')];
  p.many(0, () => {
    p.consume(0, T.Comma);
    on.push(p.word(3, fields, 'key of fragments'));
  });
  return { kind: 'fragments', on, span: p.spanFrom(startOffset) };
}

function readRemember(p: Grammar): Setting<'remember-flows'> {
  const { startOffset } = p.consume(0, T.Keyword.remember);
  const flows = p.subrule(1, p.integer);
  p.word(4, ['flows'], 'unit of `remember`');
  return { kind: 'remember-flows', flows, span: p.spanFrom(startOffset) };
}

function readLocal(p: Grammar): Setting<'local-first'> {
  const { startOffset } = p.consume(0, T.Keyword.local);
  p.consume(0, T.Keyword.first);
  return { kind: 'local-first', span: p.spanFrom(startOffset) };
}

function readForward(p: Grammar): Setting<'forward'> {
  const { startOffset } = p.consume(0, T.Keyword.forward);
  const by = p.word(5, ['gre', 'ipip', 'gue', 'dnat', 'direct'], 'way to forward');
  const from = p.option(0, () => {
    p.consume(0, T.Keyword.from);
    return p.subrule(1, p.value);
  });
  return { kind: 'forward', by, ...(from && { from }), span: p.spanFrom(startOffset) };
}
