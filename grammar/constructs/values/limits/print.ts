import type { KeyPart, TableBounds } from '../../../ast/index.ts';
import type { Doc, Printing } from '../../../printing.ts';

/** `per source/24/64, destination port`; nothing without parts. */
export function printKey(parts: readonly KeyPart[]): string | undefined {
  if (parts.length === 0) return undefined;
  return `per ${parts.map(printPart).join(', ')}`;
}

function printPart({ field, prefix4, prefix6 }: KeyPart): string {
  return [field, prefix4, prefix6].filter((part) => part !== undefined).join('/');
}

/** `keys N when full match approximate` */
export function printBounds({ keys, whenFull, approximate }: TableBounds, at: Printing): (Doc | undefined)[] {
  return [
    keys && ['keys ', at.value(keys)],
    whenFull && `when full ${whenFull}`,
    approximate ? 'approximate' : undefined,
  ];
}
