/** Names and bounds of the tables in which limits keep a bucket for each key. */
import type { TableBounds } from '../../grammar/ast/index.ts';
import { wantInteger } from '../2-resolve/wanted/scalars.ts';
import type { Bounds } from '../model/condition.ts';
import type { ClauseContext, RuleContext } from './context.ts';

/** Keys that a table holds unless the policy says otherwise. */
const DEFAULT_KEYS = 65536;
/** As many as any plane's tables hold. */
const MAXIMUM_KEYS = 2 ** 24;

/**
 * The bounds with what they are by default.
 *
 * `whenFull` unsaid is chosen so that a full table never lets more through than the policy says: a limit on `drop`,
 * `reject` or `synproxy` then holds (the packet is dropped, although its key may be within the limit), a limit on
 * anything else does not (the packet is not allowed by this rule, although its key may be within the limit).
 */
export function checkBounds(
  bounds: TableBounds,
  whenFull: Bounds['whenFull'],
  context: RuleContext,
): Bounds | undefined {
  const use = { title: 'a number of keys', minimum: 1, maximum: MAXIMUM_KEYS };
  const keys = bounds.keys ? wantInteger(bounds.keys, use, context) : DEFAULT_KEYS;
  if (keys === undefined) return undefined;
  return { keys, whenFull: bounds.whenFull ?? whenFull, approximate: bounds.approximate };
}

/** A name for the next limiter of a rule: the rule's own, and a number behind it from the second on. */
export function nameLimiter(context: ClauseContext): string {
  const number = ++context.limiters.count;
  return number === 1 ? context.name : `${context.name}/${number}`;
}
