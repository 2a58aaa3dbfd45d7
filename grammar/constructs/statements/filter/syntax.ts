import type { BlockOrder, Filter, RejectReason } from '../../../ast/index.ts';
import { opening, type Grammar, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { FILTER_HOOKS } from '../../../words.ts';
import { once } from '../../values/limits/syntax.ts';

interface Draft {
  order?: BlockOrder;
  stateless?: boolean;
  default?: NonNullable<Filter['default']>;
  invalid?: 'drop' | 'pass';
  pickup?: boolean;
}

export const filterSyntax: Syntax = (p) => {
  p.RULE('filter', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.filter);
    const hook = p.word(0, FILTER_HOOKS, 'hook of a filter');
    const draft: Draft = {};
    p.many(0, () => p.or(0, options(p, draft)));
    p.consume(0, T.LeftBrace);
    const { order = 'only', stateless = false, pickup = false, invalid } = draft;
    return opening('rules', (body, span): Filter => ({
      kind: 'filter',
      annotations,
      order,
      hook,
      stateless,
      ...(draft.default && { default: draft.default }),
      ...(invalid && { invalid }),
      pickup,
      body,
      span,
    }));
  });

  const verdicts = [
    { ALT: () => (p.consume(0, T.Keyword.allow), { verdict: 'allow' as const }) },
    { ALT: () => (p.consume(0, T.Keyword.drop), { verdict: 'drop' as const }) },
    {
      ALT: () => {
        p.consume(0, T.Keyword.reject);
        const reason = p.option(0, (): RejectReason => p.subrule(0, p.rejectReason));
        return { verdict: 'reject' as const, ...(reason && { reason }) };
      },
    },
  ];
  p.RULE('plainVerdict', () =>
    p.or<NonNullable<Filter['default']>>(0, { DEF: verdicts, ERR_MSG: '`allow`, `drop` or `reject`' }),
  );
};

function options(p: Grammar, draft: Draft): { ALT: () => void }[] {
  return [
    {
      ALT: () => {
        const token = p.or(1, [
          { ALT: () => p.consume(0, T.Keyword.before) },
          { ALT: () => p.consume(0, T.Keyword.after) },
        ]);
        once(p, draft.order === undefined, token);
        draft.order = token.tokenType === T.Keyword.before ? 'before' : 'after';
      },
    },
    {
      ALT: () => {
        once(p, draft.stateless === undefined, p.consume(0, T.Keyword.stateless));
        draft.stateless = true;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.default);
        const verdict = p.subrule(0, p.plainVerdict);
        once(p, draft.default === undefined, token);
        draft.default = verdict;
      },
    },
    {
      ALT: () => {
        const token = p.consume(0, T.Keyword.invalid);
        const invalid = p.word(1, ['drop', 'pass'], 'fate of invalid packets');
        once(p, draft.invalid === undefined, token);
        draft.invalid = invalid;
      },
    },
    {
      ALT: () => {
        once(p, draft.pickup === undefined, p.consume(0, T.Keyword.pickup));
        draft.pickup = true;
      },
    },
  ];
}
