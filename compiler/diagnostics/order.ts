/** Findings in the order in which people read: by where they stand in the policy, and in its data files. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';

type SortKey = readonly (string | number)[];

/** The findings by file, then by place, then by code; what is about no place comes last. The argument is left as it is. */
export function inOrder(findings: readonly Diagnostic[]): Diagnostic[] {
  return findings
    .map((finding) => ({ finding, key: sortKeyOf(finding) }))
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({ finding }) => finding);
}

function sortKeyOf({ span, cell, code, message }: Diagnostic): SortKey {
  const inPolicy = span ? [0, span.source.path, span.start] : [1, '', 0];
  // Findings about the rows of one file stand together at the statement that names it; what counts the rest, behind.
  const inData = cell ? [0, cell.path, cell.line, cell.position] : [1, '', 0, 0];
  return [...inPolicy, ...inData, code, message];
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [a[index]!, b[index] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
