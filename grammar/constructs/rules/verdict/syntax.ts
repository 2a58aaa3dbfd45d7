import type { IntegerLiteral, RejectReason, Verdict } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { REJECT_REASONS } from '../../../words.ts';
import { once } from '../../values/limits/syntax.ts';

const SYNPROXY_OPTIONS = ['mss', 'wscale', 'timestamps', 'sack'] as const;

interface SynproxyDraft {
  mss?: IntegerLiteral;
  windowScale?: IntegerLiteral;
  timestamps?: boolean;
  selectiveAck?: boolean;
}

export const verdictSyntax: Syntax = (p) => {
  const plain = (['allow', 'drop', 'leave'] as const).map((kind) => ({
    ALT: (): Verdict => {
      const { startOffset } = p.consume(0, T.Keyword[kind]);
      return { kind, span: p.spanFrom(startOffset) };
    },
  }));
  const alternatives = [
    ...plain,
    { ALT: () => p.subrule(0, p.rejectVerdict) },
    { ALT: () => p.subrule(0, p.synproxyVerdict) },
  ];
  p.RULE('verdict', (): Verdict => p.or(0, alternatives));

  p.RULE('rejectVerdict', (): Verdict & { kind: 'reject' } => {
    const { startOffset } = p.consume(0, T.Keyword.reject);
    const reason = p.option(0, () => p.subrule(0, p.rejectReason));
    return { kind: 'reject', ...(reason && { reason }), span: p.spanFrom(startOffset) };
  });

  p.RULE('rejectReason', (): RejectReason => {
    p.consume(0, T.Keyword.with);
    const token = p.or(0, {
      DEF: [{ ALT: () => p.consume(0, T.HyphenatedWord) }, { ALT: () => p.consume(0, T.AnyWord) }],
      ERR_MSG: 'a reason such as `tcp-reset` or `admin-prohibited`',
    });
    return p.choose(token, REJECT_REASONS, 'reason of a reject');
  });

  p.RULE('synproxyVerdict', (): Verdict => {
    const { startOffset } = p.consume(0, T.Keyword.synproxy);
    const draft: SynproxyDraft = {};
    p.option(0, () => {
      p.consume(0, T.Keyword.with);
      readOption(p, 0, draft);
      p.many(0, () => {
        p.consume(0, T.Comma);
        readOption(p, 1, draft);
      });
    });
    const { mss, windowScale, timestamps = false, selectiveAck = false } = draft;
    return {
      kind: 'synproxy',
      ...(mss && { mss }),
      ...(windowScale && { windowScale }),
      timestamps,
      selectiveAck,
      span: p.spanFrom(startOffset),
    };
  });
};

/** `mss 1460`, `wscale 7`, `timestamps` or `sack`. */
function readOption(p: Grammar, index: number, draft: SynproxyDraft): void {
  const token = p.consume(index, T.AnyWord);
  const option = p.choose(token, SYNPROXY_OPTIONS, 'option of synproxy');
  const value = p.option(index + 1, () => p.subrule(index, p.integer));
  p.ACTION(() => {
    if (option === 'timestamps' || option === 'sack') {
      const field = option === 'sack' ? 'selectiveAck' : 'timestamps';
      once(p, draft[field] === undefined, token);
      draft[field] = true;
      if (value) p.fail(PROBLEMS.unexpected, value, `\`${option}\` takes no number`, 'leave the number out');
      return;
    }
    const field = option === 'wscale' ? 'windowScale' : 'mss';
    once(p, draft[field] === undefined, token);
    draft[field] = value ?? p.expected('a number');
  });
}
