/** A syntax tree without its places: what two texts that say the same have in common. */
export function withoutSpans(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutSpans);
  if (typeof tree !== 'object' || tree === null) return tree;
  const fields = Object.entries(tree).filter(([key]) => key !== 'span' && key !== 'moduleSpan');
  return Object.fromEntries(fields.map(([key, value]) => [key, withoutSpans(value)]));
}
