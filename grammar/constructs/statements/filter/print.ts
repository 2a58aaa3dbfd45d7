import type { Filter } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';

export function printFilter(filter: Filter, at: Printing): Doc {
  const { hook, order, stateless, invalid, pickup } = filter;
  const head = words(
    'filter',
    hook,
    order === 'only' ? undefined : order,
    stateless ? 'stateless' : undefined,
    filter.default && `default ${printPlainVerdict(filter.default)}`,
    invalid && `invalid ${invalid}`,
    pickup ? 'pickup' : undefined,
  );
  return at.block(filter, head, filter.body, (item) => at.ruleItem(item));
}

/** `drop`, `reject with tcp-reset` */
export function printPlainVerdict({ verdict, reason }: NonNullable<Filter['default']>): string {
  return reason === undefined ? verdict : `${verdict} with ${reason}`;
}
