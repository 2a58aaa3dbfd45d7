import type { Name } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';

export function printName({ text, quoted: inQuotes }: Name): string {
  return inQuotes ? quoted(text) : text;
}

/** Names with commas between them. */
export function printNames(names: readonly Name[]): string {
  return names.map(printName).join(', ');
}
