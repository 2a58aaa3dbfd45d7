/** `a, b, c` */
import type { ValueList } from '../../../grammar/ast/index.ts';
import { evaluate, type ValueContext } from '../context.ts';
import type { Resolved } from '../resolved.ts';
import { join } from './operation.ts';

export function evaluateList(list: ValueList, context: ValueContext): Resolved {
  if (list.items.length === 0) return { type: 'nothing', orEmpty: false };
  return join(
    list.items.map((item) => evaluate(item, context)),
    list.span,
    context,
  );
}
