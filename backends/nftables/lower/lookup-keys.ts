/** The key of a lookup as nft's expression and types, and how a row's cells are written as an element. */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import type { KeyPart, Lookup } from '../../../compiler/6-plan/plan.ts';
import { columnOf, type Column } from '../../../compiler/model/table.ts';
import type { Context } from './context.ts';
import { exactKey, prefixKey, rangeKey, type KeyColumn } from '../../../compiler/net/key-column.ts';
import { prefixMask } from './prefix-mask.ts';
import { keyExpression, keyType } from './keys.ts';
import { protocolText } from './protocols.ts';

/** A cell in an element's text. */
export type CellWriter = (row: number, out: TextBuffer) => void;

export interface LookupKey {
  /** `ip saddr & 255.255.255.0 . meta l4proto` */
  readonly expression: string;
  readonly types: readonly string[];
  /** Needs an interval set. */
  readonly interval: boolean;
  /** Of a column that changes often. */
  readonly isVolatile: boolean;
  readonly write: CellWriter;
  /** Whether the row has all cells, in the lookup's family. */
  readonly has: (row: number) => boolean;
  /** The fields in the key, in order. */
  readonly fields: readonly string[];
  /** An address is in the key, so that what matches is of the lookup's family. */
  readonly hasAddress: boolean;
  /** How the key reads in a name: `address_from`. */
  readonly name: string;
  /** In the order of `fields`. */
  readonly parts: readonly PartKey[];
}

export interface PartKey {
  readonly expression: string;
  readonly type: string;
  readonly interval: boolean;
  readonly write: CellWriter;
  readonly has: (row: number) => boolean;
  /** What the rows' cells stand for. */
  readonly spans: (rows: Uint32Array) => KeyColumn;
}

export function lookupKey(lookup: Lookup, rows: readonly Uint32Array[], context: Context): LookupKey {
  const { table } = lookup.row;
  const parts = lookup.key.map((part) => partKey(part, columnOf(table, part.column)!, lookup, rows, context));
  const [first] = parts;
  return {
    expression: parts.map((part) => part.expression).join(' . '),
    types: parts.map((part) => part.type),
    interval: parts.some((part) => part.interval),
    isVolatile: lookup.key.some((part) => columnOf(table, part.column)!.volatile),
    write: (row, out) => {
      parts.forEach((part, index) => {
        if (index > 0) out.write(' . ');
        part.write(row, out);
      });
    },
    has: parts.length === 1 ? first!.has : (row) => parts.every((part) => part.has(row)),
    fields: lookup.key.map((part) => part.field),
    hasAddress: lookup.key.some(({ field }) => field === 'source' || field === 'destination'),
    name: lookup.key.map((part) => part.column).join('_'),
    parts,
  };
}

function partKey(
  part: KeyPart,
  column: Column,
  lookup: Lookup,
  rows: readonly Uint32Array[],
  context: Context,
): PartKey {
  const { family } = lookup;
  const plain = keyExpression(part.field, family);
  const expression = part.view === 'original' ? `ct original ${plain}` : plain;
  const type = keyType(part.field, family);
  const present = column.present;
  const isPresent = (row: number) => present === undefined || present[row] === 1;
  const { data } = column;
  switch (data.store) {
    case 'prefix4':
    case 'prefix6':
    case 'prefix': {
      const isOfFamily = data.store === 'prefix' ? (row: number) => data.families[row] === family : () => true;
      const has = (row: number) => isPresent(row) && isOfFamily(row);
      const length = commonLength(data.lengths, rows, has);
      const width = family === 6 ? 128 : 32;
      const masked = length !== undefined && length < width;
      return {
        expression: masked ? `${expression} & ${prefixMask(length, family)}` : expression,
        type,
        interval: length === undefined,
        write: prefixWriter(data, family, length === undefined),
        has,
        spans: (some) => prefixKey(width, addressWords(data, family, some), Uint8Array.from(some, (row) => data.lengths[row]!)),
      };
    }
    case 'integer':
      return {
        expression,
        type,
        interval: false,
        has: isPresent,
        write: integerWriter(data.values, part.field),
        spans: (some) => exactKey(32, Uint32Array.from(some, (row) => data.values[row]!)),
      };
    case 'range':
      return {
        expression,
        type,
        interval: rows.some((some) => some.some((row) => data.low[row] !== data.high[row])),
        has: isPresent,
        write: (row, out) =>
          out.write(data.low[row] === data.high[row] ? `${data.low[row]}` : `${data.low[row]}-${data.high[row]}`),
        spans: (some) => rangeKey(16, Uint32Array.from(some, (row) => data.low[row]!), Uint32Array.from(some, (row) => data.high[row]!)),
      };
    default:
      context.refuse(
        lookup.origin,
        `nftables cannot look up by column \`${column.name}\``,
        'Use a column of addresses, prefixes, protocols, ports or numbers.',
      );
      return {
        expression,
        type,
        interval: false,
        has: isPresent,
        write: () => {},
        spans: (some) => exactKey(32, new Uint32Array(some.length)),
      };
  }
}

/** The prefix length that all rows share; undefined where they differ. */
function commonLength(
  lengths: Uint8Array,
  rows: readonly Uint32Array[],
  has: (row: number) => boolean,
): number | undefined {
  let common: number | undefined;
  for (const some of rows) {
    for (const row of some) {
      if (!has(row)) continue;
      const length = lengths[row]!;
      if (common === undefined) common = length;
      else if (common !== length) return undefined;
    }
  }
  return common ?? 0;
}

type PrefixData = Extract<Column['data'], { readonly lengths: Uint8Array }>;

function prefixWriter(data: PrefixData, family: Family | undefined, withLength: boolean): CellWriter {
  const width = family === 6 ? 128 : 32;
  const address = addressWriter(data, family);
  return (row, out) => {
    address(row, out);
    if (withLength && data.lengths[row]! < width) out.write(`/${data.lengths[row]}`);
  };
}

/** The addresses of rows of the family asked for, as words. */
function addressWords(data: PrefixData, family: Family | undefined, rows: Uint32Array): Uint32Array {
  if (data.store === 'prefix4') return Uint32Array.from(rows, (row) => data.addresses[row]!);
  if (data.store === 'prefix' && family !== 6) return Uint32Array.from(rows, (row) => data.words[row * 4 + 3]!);
  const words = new Uint32Array(rows.length * 4);
  rows.forEach((row, index) => words.set(data.words.subarray(row * 4, row * 4 + 4), index * 4));
  return words;
}

/** Writes the address of a row, of the family asked for. */
export function addressWriter(data: PrefixData, family: Family | undefined): CellWriter {
  if (data.store === 'prefix4') return (row, out) => out.writeIpv4(data.addresses[row]!);
  if (data.store === 'prefix6' || family === 6) return (row, out) => out.writeIpv6(data.words, row);
  return (row, out) => out.writeIpv4(data.words[row * 4 + 3]!);
}

function integerWriter(values: Uint32Array, field: string): CellWriter {
  if (field !== 'protocol') return (row, out) => out.writeNumber(values[row]!);
  const texts = new Map<number, string>();
  return (row, out) => {
    const value = values[row]!;
    let text = texts.get(value);
    if (text === undefined) texts.set(value, (text = protocolText(value)));
    out.write(text);
  };
}
