import type { SetOperation, Value } from '../../../ast/index.ts';
import { literalText, quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printers, type Printing } from '../../../printing.ts';
import { printIcmp } from '../icmp/print.ts';
import { printName } from '../name/print.ts';
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

export function printValue(value: Value, at: Printing): Doc {
  const print = PRINTERS[value.kind] as (value: Value, at: Printing) => Doc;
  return print(value, at);
}

/** Values as parts of a list. */
export function partsOf(values: readonly Value[], at: Printing): { node: Value; print: () => Doc }[] {
  return values.map((node) => ({ node, print: () => at.value(node) }));
}

/** `&` binds tighter than `+` and `-`, which go from left to right. */
function printOperation({ operator, left, right }: SetOperation, at: Printing): Doc {
  const leftNested = operator === '&' && left.kind === 'operation' && left.operator !== '&';
  const rightNested = right.kind === 'operation' && (operator === '&' || right.operator !== '&');
  return words(printOperand(left, leftNested, at), operator, printOperand(right, rightNested, at));
}

function printOperand(value: Value, nested: boolean, at: Printing): Doc {
  const printed = at.value(value);
  return nested ? ['(', printed, ')'] : printed;
}
