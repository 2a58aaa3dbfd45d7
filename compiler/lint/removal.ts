/** Edits that take a rule out of a policy's text. */
import type { Span } from '../../grammar/source.ts';
import type { LintContext } from './context.ts';
import type { Edit } from './rule.ts';
import { nodesIn } from './syntax-nodes.ts';

/**
 * What removes a rule, with its line where nothing else stands there, and the words before it that speak about it;
 * nothing where it stands in no file of the policy, or is all that its block has.
 */
export function removalOf(span: Span, { modules }: LintContext): readonly Edit[] {
  const module = modules.find(({ source }) => source === span.source);
  if (!module) return [];
  for (const node of nodesIn(module.syntax)) {
    if (!('body' in node) || !Array.isArray(node.body)) continue;
    const body = node.body as readonly { readonly span: Span; readonly annotations?: { readonly span?: Span } }[];
    const item = body.find((one) => one.span.start === span.start && one.span.end === span.end);
    if (!item) continue;
    if (body.length === 1) return [];
    const start = Math.min(item.span.start, item.annotations?.span?.start ?? item.span.start);
    return [{ span: wholeLines({ ...span, start }), text: '' }];
  }
  return [];
}

/** The span with the rest of its lines, where that is blank. */
function wholeLines({ source, start, end }: Span): Span {
  const before = source.text.lastIndexOf('\n', start - 1) + 1;
  const behind = source.text.indexOf('\n', end);
  const last = behind < 0 ? source.text.length : behind + 1;
  const isAlone = /^\s*$/.test(source.text.slice(before, start)) && /^\s*$/.test(source.text.slice(end, last));
  return isAlone ? { source, start: before, end: last } : { source, start, end };
}
