import type { Balance, BalanceSetting } from '../../../ast/index.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';
import { partsOf } from '../../values/value/print.ts';
import { printTable } from '../table/print.ts';

const PRINTERS: Printers<BalanceSetting> = {
  vip: (vip, at) => words('vip', at.value(vip.addresses), 'service', at.commaList(vip, partsOf(vip.services, at))),
  pool: ({ table }, at) => words('pool', table.kind === 'name' ? printName(table) : printTable(table, at)),
  hash: ({ algorithm, size, on }, at) => words('hash', algorithm, at.value(size), 'on', on),
  fragments: ({ on }) => `fragments on ${on.join(', ')}`,
  'remember-flows': ({ flows }, at) => words('remember', at.value(flows), 'flows'),
  'local-first': () => 'local first',
  forward: ({ by, from }, at) => words('forward', by, from && words('from', at.value(from))),
};

export function printBalance(balance: Balance, at: Printing): Doc {
  return at.block(balance, `balance ${printName(balance.name)}`, balance.settings, (setting) => {
    const print = PRINTERS[setting.kind] as (setting: BalanceSetting, at: Printing) => Doc;
    return print(setting, at);
  });
}
