/** The set that a statement looks its key up in. */
import type { SetUse } from '../../../compiler/proof/machine/form.ts';
import type { Part } from './expressions.ts';
import { listOf } from './lists.ts';
import type { Tokens } from './tokens.ts';

/** `@name`, or a list in place. */
export function setUse(parts: readonly Part[], data: Parameters<typeof listOf>[1], tokens: Tokens): SetUse {
  const token = tokens.peek();
  if (/^@[A-Za-z]\w*$/.test(token)) {
    tokens.next();
    return token.slice(1);
  }
  return listOf(
    parts.map(({ type }) => type),
    data,
    tokens,
  );
}
