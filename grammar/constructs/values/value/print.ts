import type { Endpoint, Name, SetOperation, Value } from '../../../ast/index.ts';
import { literalText, quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printIcmp } from '../icmp/print.ts';
import { printService } from '../service/print.ts';

const plain = (value: Parameters<typeof literalText>[0], at: Printing): Doc => at.written(value) ?? literalText(value);

const PRINTERS: Printers<Value> = {
  address: plain,
  prefix: plain,
  'masked-address': plain,
  range: plain,
  integer: plain,
  mac: plain,
  rate: plain,
  size: plain,
  duration: plain,
  percent: plain,
  date: plain,
  string: ({ value }) => quoted(value),
  reference: ({ name }) => printName(name),
  column: ({ owner, column }) => `${printName(owner)}.${printName(column)}`,
  any: () => 'any',
  'address-of': ({ zone }) => `address of ${printName(zone)}`,
  service: printService,
  icmp: printIcmp,
  operation: printOperation,
  list: (list, at) =>
    list.braces ? at.enclosed(list, '{', partsOf(list.items, at), '}') : at.commaList(list, partsOf(list.items, at)),
};

export function printName({ text, quoted: inQuotes }: Name): string {
  return inQuotes ? quoted(text) : text;
}

/** Names with commas between them. */
export function printNames(names: readonly Name[]): string {
  return names.map(printName).join(', ');
}

export function printValue(value: Value, at: Printing): Doc {
  const print = PRINTERS[value.kind] as (value: Value, at: Printing) => Doc;
  return print(value, at);
}

/** Values as parts of a list. */
export function partsOf(values: readonly Value[], at: Printing): { node: Value; print: () => Doc }[] {
  return values.map((node) => ({ node, print: () => printValue(node, at) }));
}

/** `&` binds tighter than `+` and `-`, which go from left to right. */
function printOperation({ operator, left, right }: SetOperation, at: Printing): Doc {
  const leftNested = operator === '&' && left.kind === 'operation' && left.operator !== '&';
  const rightNested = right.kind === 'operation' && (operator === '&' || right.operator !== '&');
  return words(printOperand(left, leftNested, at), operator, printOperand(right, rightNested, at));
}

function printOperand(value: Value, nested: boolean, at: Printing): Doc {
  const printed = printValue(value, at);
  return nested ? ['(', printed, ')'] : printed;
}

/**
 * `192.0.2.1:443`, `[2001:db8::1]:443`, `:443`, or addresses alone. `single`: where a list would be taken for more than
 * one endpoint.
 */
export function printEndpoint({ addresses, ports }: Endpoint, at: Printing, single = false): Doc {
  const suffix = ports === undefined ? '' : [':', printValue(ports, at)];
  if (addresses === undefined) return suffix;
  const printed = printValue(addresses, at);
  const isList = addresses.kind === 'list' && !addresses.braces;
  const bracketed = ports === undefined ? isList && single : isList || isBracketed(addresses);
  return bracketed ? ['[', printed, ']', suffix] : [printed, suffix];
}

function isBracketed(value: Value): boolean {
  switch (value.kind) {
    case 'address':
    case 'prefix':
    case 'masked-address':
      return value.family === 6;
    case 'range':
      return value.low.kind === 'address' && value.low.family === 6;
    default:
      return value.kind === 'operation';
  }
}
