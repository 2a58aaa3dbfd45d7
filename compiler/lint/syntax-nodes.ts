/** Walks over the syntax tree, whatever the nodes are. */
import type { Node } from '../../grammar/ast/index.ts';

/** A node as the walk sees it: every syntax node has a kind, too. */
export type AnyNode = Node & { readonly kind: string };

/** Visits the node and all below it, in the order of the text, parents first. */
export function visitNodes(node: object, visit: (node: AnyNode) => void): void {
  if (isNode(node)) visit(node);
  for (const name in node) {
    // A span leads back to the source, which is no part of the tree.
    if (name === 'span') continue;
    const value = (node as Record<string, unknown>)[name];
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) visitNodes(value, visit);
    else for (const part of value as unknown[]) if (typeof part === 'object' && part !== null) visitNodes(part, visit);
  }
}

/** The outermost statement or rule that begins at an offset, with the words before it that speak about it. */
export function outermostAt(file: object, offset: number): AnyNode | undefined {
  let first: AnyNode | undefined;
  visitNodes(file, (node) => {
    if (first || node.kind === 'file') return;
    const annotations = 'annotations' in node ? (node.annotations as { readonly span?: Node['span'] }) : undefined;
    if (node.span.start === offset || annotations?.span?.start === offset) first = node;
  });
  return first;
}

function isNode(value: object): value is AnyNode {
  return 'span' in value && 'kind' in value;
}
