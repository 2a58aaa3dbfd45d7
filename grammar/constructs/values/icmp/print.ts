import type { IcmpLiteral, IcmpType } from '../../../ast/index.ts';
import { literalText } from '../../../literal-text.ts';
import type { Doc, Printing } from '../../../printing.ts';
import { printName } from '../name/print.ts';

const KEYWORDS = { both: 'icmp', 4: 'icmp4', 6: 'icmp6' } as const;

export function printIcmp({ family, types }: IcmpLiteral, at: Printing): Doc {
  const keyword = KEYWORDS[family];
  return types.length === 0 ? keyword : `${keyword} ${types.map((type) => printType(type, at)).join(', ')}`;
}

function printType({ type, code }: IcmpType, at: Printing): string {
  const name = type.kind === 'name' ? printName(type) : (at.written(type) ?? literalText(type));
  return code === undefined ? name : `${name}/${at.written(code) ?? literalText(code)}`;
}
