/** Edits that take a rule out of a policy's text. */
import type { SourceFile, Span } from '../../grammar/source.ts';
import type { LintContext } from './context.ts';
import type { Edit } from './rule.ts';
import { visitNodes } from './syntax-nodes.ts';

/** What stands in a block. */
interface Item {
  readonly span: Span;
  readonly annotations?: { readonly span?: Span };
}

/**
 * What removes a rule, with its line where nothing else stands there, and the words before it that speak about it;
 * nothing where it stands in no file of the policy, or is all that its block has.
 */
export function removalOf(span: Span, context: LintContext): readonly Edit[] {
  const items = itemsOf(context).get(span.source);
  const item = items?.from.get(span.start);
  if (!item || items?.alone.has(item) || item.span.end !== span.end) return [];
  const start = Math.min(item.span.start, item.annotations?.span?.start ?? item.span.start);
  return [{ span: wholeLines({ ...span, start }), text: '' }];
}

/** What stands in blocks of a file. */
interface FileItems {
  /** By where it begins: no two items begin at one place. */
  readonly from: Map<number, Item>;
  /** Those that are all that their blocks have. */
  readonly alone: Set<Item>;
}

function itemsOf(context: LintContext): ReadonlyMap<SourceFile, FileItems> {
  return context.once(itemsOf, () => {
    const files = new Map<SourceFile, FileItems>();
    for (const { source, syntax } of context.modules) {
      const items: FileItems = { from: new Map(), alone: new Set() };
      visitNodes(syntax, (node) => {
        if (!('body' in node) || !Array.isArray(node.body)) return;
        const body = node.body as readonly Item[];
        for (const item of body) items.from.set(item.span.start, item);
        if (body.length === 1) items.alone.add(body[0]!);
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
