import type { HostSetting, Name, Value } from '../../../ast/index.ts';
import { opening, type Opening, type Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { HOST_SETTINGS } from '../../../words.ts';
import { nameOf } from '../../values/value/syntax.ts';

export const hostSyntax: Syntax = (p) => {
  p.RULE('host', (): Opening => {
    const { annotations } = p;
    p.consume(0, T.Keyword.host);
    const name = p.subrule(0, p.name);
    p.consume(0, T.LeftBrace);
    return opening('host', (settings, span) => ({ kind: 'host', annotations, name, settings, span }));
  });

  p.RULE('hostSetting', (): HostSetting => {
    const { annotations } = p;
    const first = p.consume(0, T.AnyWord);
    p.ACTION(() => p.choose(first, [...HOST_SETTINGS], 'setting of a host'));
    const words: (Name | Value)[] = [nameOf(p, first)];
    p.many(0, {
      GATE: () => !beginsItem(p.LA(1)),
      DEF: () => words.push(p.subrule(0, p.hostWord)),
    });
    return { kind: 'host-setting', annotations, words, span: p.spanFrom(first.startOffset) };
  });

  // `=` is kept as a word; a list with commas is one value; `layer3+4` is one, too.
  p.RULE('hostWord', (): Name | Value => {
    const start = p.here();
    const first = p.subrule(0, p.hostValue);
    let rest: Value[] | undefined;
    p.many(0, () => {
      p.consume(0, T.Comma);
      const next = p.subrule(1, p.hostValue);
      (rest ??= [p.ACTION(() => asValue(first))]).push(p.ACTION(() => asValue(next)));
    });
    return rest === undefined ? first : { kind: 'list', braces: false, items: rest, span: p.spanFrom(start) };
  });

  p.RULE('hostValue', (): Name | Value => {
    const start = p.here();
    const first = p.or<Name | Value>(0, {
      DEF: [
        { ALT: () => nameOf(p, p.consume(0, T.AnyWord)) },
        { ALT: () => nameOf(p, p.consume(0, T.StringToken)) },
        { ALT: () => nameOf(p, p.consume(0, T.HyphenatedWord)) },
        { ALT: () => nameOf(p, p.consume(0, T.Equals)) },
        { ALT: () => p.consume(0, T.LiteralToken).payload as Value },
      ],
      ERR_MSG: 'a word or a value',
    });
    const right = p.option(0, () => {
      p.consume(0, T.Plus);
      return p.subrule(0, p.hostValue);
    });
    if (right === undefined) return first;
    return p.ACTION(() => {
      return { kind: 'operation', operator: '+', left: asValue(first), right: asValue(right), span: p.spanFrom(start) };
    });
  });
};

/** What a line of the block begins with, or what is said about it; every other word goes on with the line at hand. */
function beginsItem({ tokenType, image }: T.PolicyToken): boolean {
  return HOST_SETTINGS.has(image) || tokenType === T.Keyword.owner || tokenType === T.Keyword.ticket;
}

/** Within lists and sums a word is a reference, since names are no values. */
function asValue(word: Name | Value): Value {
  return word.kind === 'name' ? { kind: 'reference', name: word, span: word.span } : word;
}
