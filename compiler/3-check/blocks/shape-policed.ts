/** `policed`: what needs a queue cannot be said where nothing waits. */
import type { RuleItem, Shape, ShapeClass } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleContext } from '../context.ts';
import { WAITS_NOWHERE } from '../problems.ts';

/** What of a class needs packets that wait for their turn. */
const OF_QUEUES = ['guarantee', 'priority', 'latency', 'leaf', 'ecn'] as const satisfies readonly (keyof ShapeClass)[];

export function checkPoliced({ queues, body }: Shape, context: RuleContext): void {
  if (queues) complain('`across N queues`', queues.span, context);
  checkItems(body, context);
}

function checkItems(items: readonly RuleItem[], context: RuleContext): void {
  for (const item of items) {
    if (item.kind === 'each') checkItems(item.body, context);
    if (item.kind === 'shape-default' && item.to === 'fair') complain('`default fair`', item.span, context);
    if (item.kind !== 'class') continue;
    for (const option of OF_QUEUES) {
      const said = item[option];
      if (said) complain(`\`${option}\``, said.span, context);
    }
    checkItems(item.nested, context);
  }
}

function complain(what: string, span: Span, context: RuleContext): void {
  report(context, WAITS_NOWHERE, span, `${what} is for packets that wait, and in a \`policed\` shaper none does`, {
    hint: 'Leave it out; or leave `policed` out, and packets wait.',
  });
}
