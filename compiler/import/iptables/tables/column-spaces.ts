/** What numbers stand for in the columns of a dump's tables: the same in all tables of a family. */
import type { DumpTable, Family } from '../dump/dump.ts';
import { IPV4_SPACE, ipv6Space, type AddressSpace } from './address-space.ts';
import { MacNumbers } from './mac-numbers.ts';
import { formsOf } from './rule-forms.ts';

export interface ColumnSpaces {
  readonly addresses: AddressSpace;
  readonly macs: MacNumbers;
}

export function columnSpaces(tables: readonly DumpTable[]): Readonly<Record<Family, ColumnSpaces>> {
  const macs = new MacNumbers();
  const ofIpv6 = tables.filter(({ family }) => family === 6);
  const addresses = ipv6Space(ofIpv6.map((table) => [table, formsOf(table.rules.shapes)] as const));
  return { 4: { addresses: IPV4_SPACE, macs }, 6: { addresses, macs } };
}
