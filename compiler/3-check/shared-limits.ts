/** `up to 100/minute bucket NAME`: limits that name one bucket are one limit that stands in several places. */
import { report } from '../2-resolve/context.ts';
import type { Gate } from '../model/condition.ts';
import type { ClauseContext } from './context.ts';
import { SHARED_LIMIT } from './problems.ts';

/** Whether the limit can be what its name says: it is alike with the others of that name, and for no row. */
export function isShareable(gate: Gate, context: ClauseContext): boolean {
  if (gate.kind !== 'rate' || gate.bucket === undefined) return true;
  if (gate.rows.length > 0) {
    report(
      context,
      SHARED_LIMIT,
      gate.span,
      'a limit in an `each` has buckets for each row, and no other limit has them',
      {
        hint: 'Leave `bucket` out, or put the limit outside of the `each`.',
      },
    );
    return false;
  }
  const { sharedLimits } = context.session;
  const first = sharedLimits.get(gate.bucket);
  if (!first) sharedLimits.set(gate.bucket, gate);
  if (!first || meaningOf(first) === meaningOf(gate)) return true;
  report(context, SHARED_LIMIT, gate.span, `this is another limit than the one that \`${gate.bucket}\` is`, {
    labels: [{ span: first.span, text: 'the first of that name' }],
    hint: 'Say the same rate, burst, key and number of keys, and the same of `over` and `up to`; or take another name.',
  });
  return false;
}

/** What limits with the same buckets have in common. What a full table answers is each one's own. */
function meaningOf(gate: Gate): string {
  if (gate.kind !== 'rate') return '';
  const { sense, rate, burst, per, bounds } = gate;
  return JSON.stringify([sense, rate, burst, per, bounds.keys, bounds.approximate]);
}
