/** Verdicts, in rules and in elements of maps. */
import type { Verdict } from '../../../compiler/proof/machine/form.ts';
import type { Tokens } from './tokens.ts';

/** The verdict that stands here; undefined: none does. */
export function verdictOf(tokens: Tokens): Verdict | undefined {
  const word = tokens.peek();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      tokens.next();
      return { kind: word };
    case 'jump':
    case 'goto':
      tokens.next();
      return { kind: word, chain: tokens.name() };
    default:
      return undefined;
  }
}
