import type { ServiceLiteral } from '../../../ast/index.ts';
import { literalText } from '../../../literal-text.ts';
import type { Doc, Printing } from '../../../printing.ts';
import { printName } from '../name/print.ts';

export function printService({ protocol, ports }: ServiceLiteral, at: Printing): Doc {
  const name =
    protocol.kind === 'name'
      ? printName(protocol)
      : protocol.kind === 'integer'
        ? `proto ${at.written(protocol) ?? literalText(protocol)}`
        : at.value(protocol);
  return ports === undefined ? name : [name, '/', at.value(ports)];
}
