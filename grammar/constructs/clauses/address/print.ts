import type { AddressClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printValue } from '../../values/value/print.ts';

export function printAddressClause({ side, view, addresses, ports }: AddressClause, at: Printing): Doc {
  return words(
    view === 'default' ? undefined : view,
    side,
    printValue(addresses, at),
    ports && words('port', printValue(ports, at)),
  );
}
