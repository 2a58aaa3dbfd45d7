import type { Let } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printName, printValue } from '../../values/value/print.ts';

export function printLet({ name, value, orEmpty }: Let, at: Printing): Doc {
  const meaning = value.kind === 'file' ? `from ${quoted(value.path.value)}` : words('=', printValue(value, at));
  return words('let', printName(name), meaning, orEmpty ? 'or empty' : undefined);
}
