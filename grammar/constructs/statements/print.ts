/** Any statement. */
import type { Count, Dispatch, Group, Mangle, Mitigate, Nat, Raw, Service, Statement } from '../../ast/index.ts';
import { words, type Doc, type Printers, type Printing } from '../../printing.ts';
import { printName, printNames } from '../values/name/print.ts';
import { partsOf } from '../values/value/print.ts';
import { printBalance } from './balance/print.ts';
import { printExpect } from './expect/print.ts';
import { printFilter } from './filter/print.ts';
import { printHost } from './host/print.ts';
import { printLet } from './let/print.ts';
import { printMemory } from './memory/print.ts';
import { printShape } from './shape/print.ts';
import { printTable } from './table/print.ts';
import { printTarget } from './target/print.ts';
import { printTenant } from './tenant/print.ts';
import { printUse } from './use/print.ts';
import { printZone } from './zone/print.ts';

const ordered =
  (keyword: string) =>
  (block: Raw | Nat | Count | Dispatch, at: Printing): Doc =>
    at.block(block, words(keyword, block.order === 'only' ? undefined : block.order), block.body, (item) =>
      at.ruleItem(item),
    );

const PRINTERS: Printers<Statement> = {
  use: printUse,
  zone: printZone,
  let: printLet,
  table: printTable,
  memory: printMemory,
  'service-declaration': printService,
  group: printGroup,
  mitigate: printMitigate,
  raw: ordered('raw'),
  nat: ordered('nat'),
  filter: printFilter,
  mangle: printMangle,
  'count-block': ordered('count'),
  shape: printShape,
  balance: printBalance,
  dispatch: ordered('dispatch'),
  expect: printExpect,
  target: printTarget,
  tenant: printTenant,
  host: printHost,
};

export function printStatement(statement: Statement, at: Printing): Doc {
  const print = PRINTERS[statement.kind] as (statement: Statement, at: Printing) => Doc;
  return print(statement, at);
}

function printService(service: Service, at: Printing): Doc {
  return words('service', printName(service.name), '=', at.commaList(service, partsOf(service.services, at)));
}

function printGroup(group: Group, at: Printing): Doc {
  const parameters = group.parameters.length === 0 ? '' : `(${printNames(group.parameters)})`;
  return at.block(group, `group ${printName(group.name)}${parameters}`, group.body, (item) => at.ruleItem(item));
}

function printMitigate(mitigate: Mitigate, at: Printing): Doc {
  const { order, in: zones } = mitigate;
  const where = zones.length === 0 ? undefined : `in ${printNames(zones)}`;
  const head = words('mitigate', order === 'only' ? undefined : order, where);
  return at.block(mitigate, head, mitigate.body, (item) => at.ruleItem(item));
}

function printMangle(mangle: Mangle, at: Printing): Doc {
  const { order, hook } = mangle;
  const head = words('mangle', hook, order === 'only' ? undefined : order);
  return at.block(mangle, head, mangle.body, (item) => at.ruleItem(item));
}
