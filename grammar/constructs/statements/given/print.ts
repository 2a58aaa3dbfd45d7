import type { Given } from '../../../ast/index.ts';
import { timeText } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printName, printValue } from '../../values/value/print.ts';

const PRINTERS: Printers<Given> = {
  'given-route': ({ to, out }, at) => words('given route', printValue(to, at), 'out', printName(out)),
  'given-address': ({ addresses, zone }, at) =>
    words('given address', printValue(addresses, at), zone && `on ${printName(zone)}`),
  'given-down': ({ addresses }, at) => words('given down', printValue(addresses, at)),
  'given-time': ({ date, minute }, at) =>
    words('given time', printValue(date, at), minute === undefined ? undefined : timeText(minute)),
  'given-memory': ({ memory, values }, at) => words('given memory', printName(memory), printValue(values, at)),
};

export function printGiven(given: Given, at: Printing): Doc {
  const print = PRINTERS[given.kind] as (given: Given, at: Printing) => Doc;
  return print(given, at);
}
