import type { Given } from '../../../ast/index.ts';
import { timeText } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

const PRINTERS: Printers<Given> = {
  'given-route': ({ to, out }, at) => words('given route', at.value(to), 'out', printName(out)),
  'given-address': ({ addresses, zone }, at) =>
    words('given address', at.value(addresses), zone && `on ${printName(zone)}`),
  'given-down': ({ addresses }, at) => words('given down', at.value(addresses)),
  'given-time': ({ date, minute }, at) =>
    words('given time', at.value(date), minute === undefined ? undefined : timeText(minute)),
  'given-memory': ({ memory, values }, at) => words('given memory', printName(memory), at.value(values)),
};

export function printGiven(given: Given, at: Printing): Doc {
  const print = PRINTERS[given.kind] as (given: Given, at: Printing) => Doc;
  return print(given, at);
}
