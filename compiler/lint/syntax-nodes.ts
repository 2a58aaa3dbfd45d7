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
