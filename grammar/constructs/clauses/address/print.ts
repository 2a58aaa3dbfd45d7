import type { AddressClause } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';

export function printAddressClause({ side, view, addresses, ports }: AddressClause, at: Printing): Doc {
  return words(
    view === 'default' ? undefined : view,
    side,
    at.value(addresses),
    ports && words('port', at.value(ports)),
  );
}
