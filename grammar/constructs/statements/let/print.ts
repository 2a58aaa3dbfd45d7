import type { Let } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName } from '../../values/name/print.ts';

export function printLet({ name, value, orEmpty }: Let, at: Printing): Doc {
  const meaning = value.kind === 'file' ? `from ${quoted(value.path.value)}` : words('=', at.value(value));
  return words('let', printName(name), meaning, orEmpty ? 'or empty' : undefined);
}
