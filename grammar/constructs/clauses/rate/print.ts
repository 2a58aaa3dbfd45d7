import type { ConnectionsClause, RateClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printBounds, printKey } from '../../values/limits/print.ts';
import { printValue } from '../../values/value/print.ts';

export function printRate({ sense, rate, per, burst, bounds }: RateClause, at: Printing): Doc {
  return words(
    sense,
    printValue(rate, at),
    printKey(per),
    burst && words('burst', printValue(burst, at)),
    ...printBounds(bounds, at),
  );
}

export function printConnections({ sense, count, per, bounds }: ConnectionsClause, at: Printing): Doc {
  return words(sense, printValue(count, at), 'connections', printKey(per), ...printBounds(bounds, at));
}
