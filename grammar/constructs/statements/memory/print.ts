import type { Memory } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printBounds } from '../../values/limits/print.ts';
import { printName } from '../../values/name/print.ts';
import { printColumn } from '../table/print.ts';

export function printMemory(memory: Memory, at: Printing): Doc {
  const columns = memory.columns.map((node) => ({ node, print: () => printColumn(node, at) }));
  const span = { ...memory.span, end: memory.columns.at(-1)?.span.end ?? memory.span.end };
  return words(
    [`memory ${printName(memory.name)}`, at.enclosed({ span }, '(', columns, ')', true)],
    memory.timeout && words('timeout', at.value(memory.timeout)),
    memory.hits && words('hits', at.value(memory.hits)),
    ...printBounds(memory.bounds, at),
  );
}
