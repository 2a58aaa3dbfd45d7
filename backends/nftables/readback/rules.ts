/** One rule's line as statements. */
import type { Statement } from '../../../compiler/proof/machine/form.ts';
import { Misread } from './misread.ts';
import { RuleBuilder } from './rule-builder.ts';
import { STATEMENTS } from './statements/index.ts';
import { Tokens, tokensOf } from './tokens.ts';

/**
 * The policy's own words of nft by the comment of the rule that they stand in: they are taken as they are, and nobody
 * looks into them.
 */
export type OpaqueWords = ReadonlyMap<string, readonly string[]>;

/** Throws a Misread for a statement of a kind that is not known. */
export function statementsOf(line: string, opaque: OpaqueWords): readonly Statement[] {
  const all = tokensOf(line);
  const comment = all.at(-2) === 'comment' ? all.at(-1)!.slice(1, -1) : undefined;
  const tokens = new Tokens(comment === undefined ? all : all.slice(0, -2));
  const words = (comment === undefined ? undefined : opaque.get(comment)) ?? [];
  const rule = new RuleBuilder();
  while (!tokens.isAtEnd) {
    const own = words.find((text) => tokens.take(...tokensOf(text)));
    if (own !== undefined) rule.push({ kind: 'opaque', text: own });
    else if (!STATEMENTS.some((read) => read(tokens, rule))) {
      throw new Misread(`\`${tokens.peek()} ${tokens.peek(1)}\` is no statement that is known`);
    }
  }
  return rule.finish();
}
