/** The words of one rule, values included. */
import { lineEnd, type RuleColumns } from './dump.ts';
import { isBlank, unquoted, wordEnd } from './tokens.ts';

/** A rule's values, in the order in which its shape leaves them out; quotes are taken off. */
export function valuesOf({ source: { text }, shapes, start, shape }: RuleColumns, rule: number): string[] {
  const values: string[] = [];
  const end = lineEnd(text, start.at(rule));
  let at = start.at(rule);
  for (const word of shapes[shape.at(rule)]?.words ?? []) {
    while (isBlank(text.charCodeAt(at))) at++;
    const stop = wordEnd(text, at, end);
    if (word === undefined) values.push(unquoted(text.slice(at, stop)));
    at = stop;
  }
  return values;
}
