import type { Value } from '../../../grammar/ast/index.ts';
import { report, type ValueContext } from '../context.ts';
import { WRONG_TYPE } from '../problems.ts';
import { RESOLVED_TITLES, type Resolved } from '../resolved.ts';

/** Says that one thing stands where another is wanted. */
export function reportType(
  value: Value,
  resolved: Resolved,
  wanted: string,
  context: ValueContext,
  hint?: string | undefined,
): void {
  const { source, start, end } = value.span;
  const written = source.text.slice(start, end);
  const shown = written.length <= 40 && !written.includes('\n') ? `\`${written}\`` : 'this';
  report(
    context,
    WRONG_TYPE,
    value.span,
    `${shown} is ${RESOLVED_TITLES[resolved.type]}, and ${wanted} is wanted here`,
    {
      hint,
    },
  );
}
