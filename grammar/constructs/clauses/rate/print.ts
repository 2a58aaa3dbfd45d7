import type { ConnectionsClause, RateClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';
import { printBounds, printKey } from '../../values/limits/print.ts';

export function printRate({ sense, rate, per, burst, bucket, bounds }: RateClause, at: Printing): Doc {
  return words(
    sense,
    at.value(rate),
    printKey(per),
    burst && words('burst', at.value(burst)),
    bucket && `bucket ${printName(bucket)}`,
    ...printBounds(bounds, at),
  );
}

export function printConnections({ sense, count, per, bounds }: ConnectionsClause, at: Printing): Doc {
  return words(sense, at.value(count), 'connections', printKey(per), ...printBounds(bounds, at));
}
