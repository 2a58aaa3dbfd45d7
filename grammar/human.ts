/** Tokens in a person's words, for messages. */
import { EOF, type TokenType } from 'chevrotain';
import * as T from './tokens.ts';

/** What was found: `` `}` ``, `the number 80`, `the end of the file`. */
export function describeToken(token: T.PolicyToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image;
  if (token.tokenType === T.StringToken) return `the text ${image}`;
  return `\`${image}\``;
}

/** `a`, `b` or `c`. */
export function alternatives(phrases: readonly string[]): string {
  const unique = [...new Set(phrases)];
  const last = unique.pop();
  return unique.length === 0 ? (last ?? '') : `${unique.join(', ')} or ${last}`;
}

/** What is expected, where the grammar says no more than kinds of tokens. */
export function describeTypes(types: readonly TokenType[]): string {
  return alternatives(types.map((type) => type.LABEL ?? type.name));
}

/** What is expected of a closed list of words: the words themselves, unless they are many. */
export function describeChoices(choices: readonly string[], what: string): string {
  if (choices.length <= 5) return alternatives(choices.map((choice) => `\`${choice}\``));
  return /^[aeiou]/.test(what) ? `an ${what}` : `a ${what}`;
}
