import type { Rule, Translation } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { once } from '../../values/limits/syntax.ts';
import { attachedOf } from '../rule/syntax.ts';

type Flag = 'random' | 'persistent' | 'hairpin';

/** Reads the flags behind the target; `index` tells the uses within one rule apart. */
function readFlags(p: Grammar, index: number, allowed: readonly Flag[]): Set<Flag> {
  const flags = new Set<Flag>();
  p.many(index, () => {
    p.or(
      index,
      allowed.map((flag) => ({
        ALT: () => {
          const token = p.consume(index, T.Keyword[flag]);
          once(p, !flags.has(flag), token);
          flags.add(flag);
        },
      })),
    );
  });
  return flags;
}

export const translationSyntax: Syntax = (p) => {
  const kinds = [
    { ALT: () => p.subrule(0, p.snat) },
    { ALT: () => p.subrule(0, p.dnat) },
    { ALT: () => p.subrule(0, p.masquerade) },
    { ALT: () => p.subrule(0, p.redirect) },
  ];
  p.RULE('translationRule', (): Rule => p.or(0, kinds));

  defineMapped(p);
  defineLocal(p);
};

/** `snat` and `dnat`: to an address that the rule names. */
function defineMapped(p: Grammar): void {
  p.RULE('snat', (): Rule => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.snat);
    const word = p.spanFrom(startOffset);
    const clauses = p.subrule(0, p.clauses);
    p.consume(0, T.Arrow);
    const target = p.subrule(0, p.translationTarget);
    const flags = readFlags(p, 0, ['random', 'persistent']);
    const action: Translation = {
      kind: 'snat',
      target,
      random: flags.has('random'),
      persistent: flags.has('persistent'),
      span: word,
    };
    const attached = attachedOf(p);
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(startOffset) };
  });

  p.RULE('dnat', (): Rule => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.dnat);
    const word = p.spanFrom(startOffset);
    const clauses = p.subrule(0, p.clauses);
    p.consume(0, T.Arrow);
    const target = p.subrule(0, p.translationTarget);
    const flags = readFlags(p, 0, ['random', 'persistent', 'hairpin']);
    const action: Translation = {
      kind: 'dnat',
      target,
      random: flags.has('random'),
      persistent: flags.has('persistent'),
      hairpin: flags.has('hairpin'),
      span: word,
    };
    const attached = attachedOf(p);
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(startOffset) };
  });
}

/** `masquerade` and `redirect`: to an address of this host. */
function defineLocal(p: Grammar): void {
  p.RULE('masquerade', (): Rule => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.masquerade);
    const word = p.spanFrom(startOffset);
    const clauses = p.subrule(0, p.clauses);
    const ports = p.option(0, () => p.subrule(0, p.localPorts));
    const random = readFlags(p, 0, ['random']).has('random');
    const action: Translation = { kind: 'masquerade', ...(ports && { ports }), random, span: word };
    const attached = attachedOf(p);
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(startOffset) };
  });

  p.RULE('redirect', (): Rule => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.redirect);
    const word = p.spanFrom(startOffset);
    const clauses = p.subrule(0, p.clauses);
    const ports = p.option(0, () => p.subrule(0, p.localPorts));
    const action: Translation = { kind: 'redirect', ...(ports && { ports }), span: word };
    const attached = attachedOf(p);
    return { kind: 'rule', annotations, eachPacket: false, action, clauses, attached, span: p.spanFrom(startOffset) };
  });

  p.RULE('localPorts', () => {
    p.consume(0, T.Arrow);
    return p.subrule(0, p.ports);
  });
}
