import type { Span } from '../../../grammar/source.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleContext } from '../context.ts';
import { ACTION_ROWS, illegality, type ActionRow } from '../legality.ts';
import { placeTitle } from '../place.ts';
import { ILLEGAL_ACTION } from '../problems.ts';

/** Whether the action may stand where the rule does; reports it if not. */
export function isActionLegal(action: ActionRow, span: Span, context: RuleContext): boolean {
  const reason = illegality(ACTION_ROWS[action], context.place);
  if (reason === undefined || !context.place) return true;
  const words = action.replace('-', ' ');
  report(context, ILLEGAL_ACTION, span, `\`${words}\` cannot stand in ${placeTitle(context.place)}`, { hint: reason });
  return false;
}
