/** A rule: an action, its clauses, and the effects behind `and`. */
import type { Action, AttachedEffect, Rule, RuleItem } from '../../../ast/index.ts';
import type { Grammar, Opening, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';

const NONE: readonly AttachedEffect[] = [];

/** The effects behind `and`, each with its own clauses; uses index 8 of its rule. */
export function attachedOf(p: Grammar): readonly AttachedEffect[] {
  let attached: AttachedEffect[] | undefined;
  p.many(8, () => {
    (attached ??= []).push(p.subrule(8, p.attached));
  });
  return attached ?? NONE;
}

export const ruleSyntax: Syntax = (p) => {
  const actions = [
    { ALT: () => p.subrule(0, p.verdict) },
    { ALT: () => p.subrule(0, p.plainEffect) },
    { ALT: () => p.subrule(0, p.opaqueEffect) },
  ];

  p.RULE('plainRule', (eachPacketFrom?: number): Rule => {
    const { annotations } = p;
    const start = eachPacketFrom ?? p.here();
    const action = p.or<Action>(0, { DEF: actions, ERR_MSG: 'a verdict such as `allow`, or an effect such as `log`' });
    const clauses = p.subrule(0, p.clauses);
    const attached = attachedOf(p);
    return {
      kind: 'rule',
      annotations,
      eachPacket: eachPacketFrom !== undefined,
      action,
      clauses,
      attached,
      span: p.spanFrom(start),
    };
  });

  p.RULE('attached', (): AttachedEffect => {
    const { startOffset } = p.consume(0, T.Keyword.and);
    const effect = p.subrule(0, p.attachedEffect);
    const clauses = p.subrule(0, p.clauses);
    return { kind: 'attached', effect, clauses, span: p.spanFrom(startOffset) };
  });

  const items = [
    { ALT: () => p.subrule(0, p.plainRule) },
    { ALT: () => p.subrule(0, p.translationRule) },
    { ALT: () => p.subrule(0, p.trafficRule) },
    { ALT: () => p.subrule(0, p.each) },
    { ALT: () => p.subrule(0, p.groupUse) },
    { ALT: () => p.subrule(0, p.essentialOff) },
    { ALT: () => p.subrule(0, p.shapeClass) },
    { ALT: () => p.subrule(0, p.shapeDefault) },
  ];
  p.RULE('ruleItem', (): RuleItem | Opening => p.or<RuleItem | Opening>(0, { DEF: items, ERR_MSG: 'a rule' }));
};
