import type { Shape } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printShape(shape: Shape, at: Printing): Doc {
  const { zone, direction, rate, link, overhead, queues, policed } = shape;
  const head = words(
    'shape',
    printName(zone),
    direction,
    words('rate', at.value(rate)),
    link && `link ${link}`,
    overhead && words('overhead', at.value(overhead)),
    queues && words('across', at.value(queues), 'queues'),
    policed ? 'policed' : undefined,
  );
  return at.block(shape, head, shape.body, (item) => at.ruleItem(item));
}
