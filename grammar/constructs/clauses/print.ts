/** Any clause. */
import type { Clause } from '../../ast/index.ts';
import { duringText, quoted } from '../../literal-text.ts';
import { words, type Doc, type Part, type Printers, type Printing } from '../../printing.ts';
import { printExpression } from '../values/expression/print.ts';
import { printIcmp } from '../values/icmp/print.ts';
import { printName, printNames } from '../values/name/print.ts';
import { printAddressClause } from './address/print.ts';
import { printMarkClause } from './mark/print.ts';
import { printConnections, printRate } from './rate/print.ts';
import { printServiceClause, printTcpFlags } from './service/print.ts';

const PRINTERS: Printers<Clause> = {
  zone: ({ direction, zones }) => `${direction} ${printNames(zones)}`,
  address: printAddressClause,
  service: printServiceClause,
  icmp: ({ icmp }, at) => printIcmp(icmp, at),
  'tcp-flags': printTcpFlags,
  dscp: ({ values }, at) => words('dscp is', at.value(values)),
  mark: printMarkClause,
  field: ({ field, values }, at) => words(field, at.value(values)),
  fragment: ({ which }) => (which === 'any' ? 'fragment' : `fragment ${which}`),
  family: ({ family }) => `ipv${family}`,
  state: ({ states }) => `state ${states.join(', ')}`,
  rate: printRate,
  connections: printConnections,
  sample: ({ one, of }, at) => ['sample ', at.value(one), '/', at.value(of)],
  until: ({ date }, at) => words('until', at.value(date)),
  during: (clause) => `during ${duringText(clause)}`,
  where: ({ expression }, at) => words('where', printExpression(expression, at)),
  opaque: ({ plane, text }) => `opaque ${printName(plane)} ${quoted(text)}`,
  not: ({ clause }, at) => words('not', printClause(clause, at)),
};

export function printClause(clause: Clause, at: Printing): Doc {
  const print = PRINTERS[clause.kind] as (clause: Clause, at: Printing) => Doc;
  return print(clause, at);
}

/** Clauses as parts of a rule. */
export function clauseParts(clauses: readonly Clause[], at: Printing): Part[] {
  return clauses.map((node) => ({ node, print: () => printClause(node, at) }));
}
