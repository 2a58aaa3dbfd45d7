import { report } from '../../2-resolve/context.ts';
import type { Span } from '../../../grammar/source.ts';
import type { RuleContext } from '../context.ts';
import { CLAUSE_ROWS, illegality, type ClauseRow } from '../legality.ts';
import { placeTitle } from '../place.ts';
import { ILLEGAL_CLAUSE } from '../problems.ts';

/** Whether the clause may stand where the rule does; reports it if not. `words`: how it is written. */
export function isClauseLegal(row: ClauseRow, span: Span, context: RuleContext, words: string = row): boolean {
  const reason = illegality(CLAUSE_ROWS[row], context.place);
  if (reason === undefined || !context.place) return true;
  report(context, ILLEGAL_CLAUSE, span, `\`${words}\` cannot stand in ${placeTitle(context.place)}`, {
    hint: reason === '' ? undefined : reason,
  });
  return false;
}
