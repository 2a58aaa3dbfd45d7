import type { Name } from '../../../ast/index.ts';
import { quoted } from '../../../literal-text.ts';
import { isReserved } from '../../../tokens.ts';

export function printName({ text, quoted: inQuotes }: Name): string {
  return inQuotes ? quoted(text) : text;
}

/** A name as a policy has to write it: in quotes where it is no word of its own. */
export function nameText(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) && !isReserved(text) ? text : quoted(text);
}

/** Names with commas between them. */
export function printNames(names: readonly Name[]): string {
  return names.map(printName).join(', ');
}
