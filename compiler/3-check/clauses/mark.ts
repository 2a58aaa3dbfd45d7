/** `mark is 0x10/0xff, 7` */
import type { MarkClause, MarkValue } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { wantInteger } from '../../2-resolve/wanted/scalars.ts';
import type { Condition } from '../../model/condition.ts';
import { any, condition, type ClauseContext, type ClauseResult, type RuleContext } from '../context.ts';
import { MARK_MASK } from '../problems.ts';
import { isClauseLegal } from './legal.ts';
import { NUMBER_USES, numberTest } from './numbers.ts';

export const MARK_MAXIMUM = 0xffffffff;

export function checkMark(clause: MarkClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('mark', clause.span, context);
  const tests = clause.values.map((value) => markTest(value, context));
  const known = tests.filter((test) => test !== undefined);
  return legal && known.length === tests.length ? condition(any(known)) : undefined;
}

function markTest({ value, mask }: MarkValue, context: RuleContext): Condition | undefined {
  if (!mask) return numberTest(value, 'mark', NUMBER_USES.mark, context);
  const number = wantInteger(value, { title: 'a mark under a mask', minimum: 0, maximum: MARK_MAXIMUM }, context);
  if (number === undefined || !isMask(mask, number, context)) return undefined;
  return { kind: 'masked', field: 'mark', value: number, mask: Number(mask.value) };
}

/** Whether the literal is a mask of 32 bits that has all bits of the value; reports it if not. */
export function isMask(mask: NonNullable<MarkValue['mask']>, value: number, context: RuleContext): boolean {
  if (mask.value > BigInt(MARK_MAXIMUM) || mask.value === 0n) {
    report(context, MARK_MASK, mask.span, 'a mask of marks has 32 bits, and one of them at least is set');
    return false;
  }
  const outside = BigInt(value) & ~mask.value;
  if (outside === 0n) return true;
  report(context, MARK_MASK, mask.span, `the mark has bits outside the mask: 0x${outside.toString(16)}`, {
    hint: `Under this mask the mark is 0x${(BigInt(value) & mask.value).toString(16)}.`,
  });
  return false;
}
