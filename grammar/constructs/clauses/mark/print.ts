import type { MarkClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';

export function printMarkClause(clause: MarkClause, at: Printing): Doc {
  const parts = clause.values.map((node) => ({
    node,
    print: (): Doc => [at.value(node.value), node.mask ? ['/', at.value(node.mask)] : ''],
  }));
  return words('mark is', at.commaList(clause, parts));
}
