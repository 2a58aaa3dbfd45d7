import type { ServiceClause, TcpFlagsClause, TcpFlagsTest } from '../../../ast/index.ts';
import type { Doc, Printing } from '../../../printing.ts';
import { partsOf } from '../../values/value/print.ts';

export function printServiceClause(clause: ServiceClause, at: Printing): Doc {
  return at.commaList(clause, partsOf(clause.services, at));
}

export function printTcpFlags({ alternatives }: TcpFlagsClause): string {
  return `tcp flags ${alternatives.map(printFlagsTest).join(', ')}`;
}

export function printFlagsTest({ set, mask }: TcpFlagsTest): string {
  return mask === undefined ? flags(set) : `${flags(set)}/${flags(mask)}`;
}

function flags(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join('+');
}
