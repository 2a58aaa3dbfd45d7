import type { Use } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printUse(use: Use, at: Printing): Doc {
  const { module, names } = use;
  const from = `use ${'std' in module ? `std.${module.std}` : quoted(module.path)}`;
  if (names === undefined) return from;
  const imports = names.map(({ name, as }) => ({
    node: { span: { ...name.span, end: (as ?? name).span.end } },
    print: () => words(printName(name), as && `as ${printName(as)}`),
  }));
  return words(from, at.enclosed(use, '(', imports, ')', true));
}
