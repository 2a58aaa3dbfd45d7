/** Walks over the syntax tree, whatever the nodes are. */
import type { Node } from '../../grammar/ast/index.ts';

/** A node as the walk sees it: every syntax node has a kind, too. */
export type AnyNode = Node & { readonly kind: string };

/** The node and all below it, in the order of the text, parents first. */
export function* nodesIn(node: object): Generator<AnyNode> {
  if (isNode(node)) yield node;
  for (const [name, value] of Object.entries(node) as [string, unknown][]) {
    // A span leads back to the source, which is no part of the tree.
    if (name === 'span' || typeof value !== 'object' || value === null) continue;
    for (const part of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof part === 'object' && part !== null) yield* nodesIn(part);
    }
  }
}

/** The same for `visit`: in long policies, a great deal faster than one node at a time. */
export function visitNodes(node: object, visit: (node: AnyNode) => void): void {
  if (isNode(node)) visit(node);
  for (const name in node) {
    if (name === 'span') continue;
    const value = (node as Record<string, unknown>)[name];
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) visitNodes(value, visit);
    else for (const part of value as unknown[]) if (typeof part === 'object' && part !== null) visitNodes(part, visit);
  }
}

/** The outermost statement or rule that begins at an offset, with the words before it that speak about it. */
export function outermostAt(file: object, offset: number): AnyNode | undefined {
  for (const node of nodesIn(file)) {
    if (node.kind === 'file') continue;
    const annotations = 'annotations' in node ? (node.annotations as { readonly span?: Node['span'] }) : undefined;
    if (node.span.start === offset || annotations?.span?.start === offset) return node;
  }
  return undefined;
}

function isNode(value: object): value is AnyNode {
  return 'span' in value && 'kind' in value;
}
