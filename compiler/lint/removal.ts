/** Edits that take a rule out of a policy's text. */
import type { SourceFile, Span } from '../../grammar/source.ts';
import type { LintContext } from './context.ts';
import type { Edit } from './rule.ts';
import { visitNodes } from './syntax-nodes.ts';

/** What stands in a block, and whether it is all that the block has. */
interface Item {
  readonly span: Span;
  readonly annotations?: { readonly span?: Span };
  readonly isOnly: boolean;
}

/**
 * What removes a rule, with its line where nothing else stands there, and the words before it that speak about it;
 * nothing where it stands in no file of the policy, or is all that its block has.
 */
export function removalOf(span: Span, context: LintContext): readonly Edit[] {
  const item = itemsOf(context).get(span.source)?.get(span.start);
  if (!item || item.isOnly || item.span.end !== span.end) return [];
  const start = Math.min(item.span.start, item.annotations?.span?.start ?? item.span.start);
  return [{ span: wholeLines({ ...span, start }), text: '' }];
}

/** What stands in blocks of the policy's files, by where it begins: no two items begin at one place. */
function itemsOf(context: LintContext): ReadonlyMap<SourceFile, ReadonlyMap<number, Item>> {
  return context.once(itemsOf, () => {
    const files = new Map<SourceFile, Map<number, Item>>();
    for (const { source, syntax } of context.modules) {
      const items = new Map<number, Item>();
      visitNodes(syntax, (node) => {
        if (!('body' in node) || !Array.isArray(node.body)) return;
        const body = node.body as readonly Omit<Item, 'isOnly'>[];
        for (const { span, annotations } of body) {
          items.set(span.start, { span, isOnly: body.length === 1, ...(annotations && { annotations }) });
        }
      });
      files.set(source, items);
    }
    return files;
  });
}

/** The span with the rest of its lines, where that is blank. */
function wholeLines({ source, start, end }: Span): Span {
  const before = source.text.lastIndexOf('\n', start - 1) + 1;
  const behind = source.text.indexOf('\n', end);
  const last = behind < 0 ? source.text.length : behind + 1;
  const isAlone = /^\s*$/.test(source.text.slice(before, start)) && /^\s*$/.test(source.text.slice(end, last));
  return isAlone ? { source, start: before, end: last } : { source, start, end };
}
