/** Cells as values that can be compared. */
import type { Column } from '../../model/table.ts';

/** Reads what stands in the column's cell of a row, as a number that orders like the values do. */
export type OrderedReader = (row: number) => number | bigint;

/** Bits a second, or packets a second: rates of one dimension order by it. */
export function ratePerSecond(amount: number, perSeconds: number, isBytes: boolean): number {
  return ((isBytes ? 8 : 1) * amount) / perSeconds;
}

/** Which rates can be compared: those of packets with each other, and bits with bytes. */
export const RATE_DIMENSIONS = ['packets', 'bits', 'bits'] as const;

/** Undefined for columns whose values have no order: texts, words, addresses, ranges of ports. */
export function orderedReader({ data, type }: Column): OrderedReader | undefined {
  if (type.kind === 'bool' || type.kind === 'enum') return undefined;
  switch (data.store) {
    case 'integer':
    case 'wide integer':
    case 'number':
      return (row) => data.values[row]!;
    case 'rate':
      return (row) => ratePerSecond(data.amounts[row]!, data.perSeconds[row]!, data.of[row] === 2);
    default:
      return undefined;
  }
}

/** The text of a cell, or of the word in it. */
export function textReader({ data, type }: Column): ((row: number) => string) | undefined {
  if (data.store === 'text') return (row) => data.strings[data.indices[row]!] ?? '';
  if (data.store !== 'integer') return undefined;
  if (type.kind === 'bool') return (row) => (data.values[row] === 1 ? 'true' : 'false');
  return type.kind === 'enum' ? (row) => type.members[data.values[row]!] ?? '' : undefined;
}

/** An address or prefix as its family, first and last address. */
export interface AddressCell {
  readonly family: 4 | 6;
  readonly low: bigint;
  readonly high: bigint;
}

export function addressReader({ data }: Column): ((row: number) => AddressCell) | undefined {
  switch (data.store) {
    case 'prefix4':
      return (row) => spanOf(4, BigInt(data.addresses[row]!), data.lengths[row]!);
    case 'prefix6':
      return (row) => spanOf(6, wordsAt(data.words, row), data.lengths[row]!);
    case 'prefix':
      return (row) => spanOf(data.families[row] === 4 ? 4 : 6, wordsAt(data.words, row), data.lengths[row]!);
    default:
      return undefined;
  }
}

function wordsAt(words: Uint32Array, row: number): bigint {
  let value = 0n;
  for (let k = 0; k < 4; k++) value = (value << 32n) | BigInt(words[row * 4 + k]!);
  return value;
}

function spanOf(family: 4 | 6, low: bigint, length: number): AddressCell {
  const hostBits = BigInt((family === 4 ? 32 : 128) - length);
  return { family, low, high: low | ((1n << hostBits) - 1n) };
}

/** Whether the row has a value in the column. */
export function hasValue(column: Column, row: number): boolean {
  return column.present === undefined || column.present[row] !== 0;
}
