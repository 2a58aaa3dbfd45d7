import type { MarkClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printValue } from '../../values/value/print.ts';

export function printMarkClause(clause: MarkClause, at: Printing): Doc {
  const parts = clause.values.map((node) => ({
    node,
    print: (): Doc => [printValue(node.value, at), node.mask ? ['/', printValue(node.mask, at)] : ''],
  }));
  return words('mark is', at.commaList(clause, parts));
}
