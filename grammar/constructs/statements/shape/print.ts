import type { Shape } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printRuleItem } from '../../rules/print.ts';
import { printName, printValue } from '../../values/value/print.ts';

export function printShape(shape: Shape, at: Printing): Doc {
  const { zone, direction, rate, link, overhead, queues } = shape;
  const head = words(
    'shape',
    printName(zone),
    direction,
    words('rate', printValue(rate, at)),
    link && `link ${link}`,
    overhead && words('overhead', printValue(overhead, at)),
    queues && words('across', printValue(queues, at), 'queues'),
  );
  return at.block(shape, head, shape.body, (item) => printRuleItem(item, at));
}
