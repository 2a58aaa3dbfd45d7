import type { Span } from '../../../grammar/source.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleContext } from '../context.ts';
import { ACTION_ROWS, illegality, wordsOf, type ActionRow } from '../legality.ts';
import { placeTitle } from '../place.ts';
import { ILLEGAL_ACTION } from '../problems.ts';

/** Whether the action may stand where the rule does; reports it if not. */
export function isActionLegal(action: ActionRow, span: Span, context: RuleContext): boolean {
  const reason = illegality(ACTION_ROWS[action], context.place);
  if (reason === undefined || !context.place) return true;
  report(context, ILLEGAL_ACTION, span, `\`${wordsOf(action)}\` cannot stand in ${placeTitle(context.place)}`, {
    hint: reason,
  });
  return false;
}
