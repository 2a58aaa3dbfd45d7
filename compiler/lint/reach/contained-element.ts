import type { ValueList } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { rangeOf, type LiteralRange } from '../literal-ranges.ts';
import type { LintRule, Observation } from '../rule.ts';
import { visitNodes } from '../syntax-nodes.ts';

export const containedElement: LintRule = {
  code: 'SL1405',
  name: 'contained-element',
  group: 'reach',
  severity: 'warning',
  title: 'an element of a list that another one contains',
  finds: 'An address, prefix or range in a list of literals whose values another element of the same list has already.',
  matters:
    'It changes nothing. Either it is left over, or its author believes that the other one is smaller than it is.',
  remedy:
    'Remove it (`--fix` does, once it is proved that nothing changes), or make the other element what it should be.',
  bad: `filter forward default drop {
  allow from { 10.0.0.0/8, 10.1.2.0/24, 192.0.2.0/24 }
}
`,
  good: `filter forward default drop {
  allow from { 10.0.0.0/8, 192.0.2.0/24 }
}
`,
  *run({ modules }) {
    const lists: ValueList[] = [];
    for (const { syntax } of modules) {
      visitNodes(syntax, (node) => {
        if (node.kind === 'list') lists.push(node as ValueList);
      });
    }
    for (const list of lists) yield* inList(list);
  },
};

interface Element {
  readonly span: Span;
  readonly range: LiteralRange;
}

function* inList({ items }: ValueList): Generator<Observation> {
  const elements = items.flatMap((item): Element[] => {
    const range = rangeOf(item);
    return range ? [{ span: item.span, range }] : [];
  });
  // The widest of those that begin alike comes first, so what has an element stands before it.
  const ordered = elements.toSorted((a, b) => order(a.range, b.range));
  let widest: Element | undefined;
  for (const element of ordered) {
    const { range } = element;
    if (widest && widest.range.kind === range.kind && range.high <= widest.range.high) {
      yield {
        span: element.span,
        message: `${text(element.span)} is in ${text(widest.span)}, which stands in the same list`,
        labels: [{ span: widest.span, text: 'has all of its values' }],
        fix: [{ span: withComma(element.span, items), text: '' }],
      };
    } else widest = element;
  }
}

/** An element with the comma that parts it from its neighbor. */
function withComma({ source, start, end }: Span, items: ValueList['items']): Span {
  const at = items.findIndex(({ span }) => span.start === start);
  const next = items[at + 1];
  if (next) return { source, start, end: next.span.start };
  return { source, start: items[at - 1]?.span.end ?? start, end };
}

function order(a: LiteralRange, b: LiteralRange): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.low !== b.low) return a.low < b.low ? -1 : 1;
  return a.high > b.high ? -1 : Number(a.high < b.high);
}

function text({ source, start, end }: Span): string {
  return `\`${source.text.slice(start, end)}\``;
}
