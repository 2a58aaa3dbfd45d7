import type { ServiceLiteral } from '../../../ast/index.ts';
import { literalText } from '../../../literal-text.ts';
import type { Doc, Printing } from '../../../printing.ts';
import { printName, printValue } from '../value/print.ts';

export function printService({ protocol, ports }: ServiceLiteral, at: Printing): Doc {
  const name =
    protocol.kind === 'name'
      ? printName(protocol)
      : protocol.kind === 'integer'
        ? `proto ${at.written(protocol) ?? literalText(protocol)}`
        : printValue(protocol, at);
  return ports === undefined ? name : [name, '/', printValue(ports, at)];
}
