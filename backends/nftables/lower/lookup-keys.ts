/** The key of a lookup as nft's expression and types, and how a row's cells are written as an element. */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import type { KeyPart, Lookup } from '../../../compiler/6-plan/plan.ts';
import { columnOf, type Column } from '../../../compiler/model/table.ts';
import type { Context } from './context.ts';
import { formatMac } from '../../../compiler/net/address.ts';
import { exactKey, prefixKey, rangeKey, type KeyColumn } from '../../../compiler/net/key-column.ts';
import { prefixMask } from './prefix-mask.ts';
import { keyExpression, keyType } from './keys.ts';
import { protocolText } from './protocols.ts';

/** A cell in an element's text. */
export type CellWriter = (row: number, out: TextBuffer) => void;

export interface LookupKey {
  /** `ip saddr & 255.255.255.0 . meta l4proto` */
  readonly expression: string;
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
  /** The field without a mask. */
  readonly field: string;
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
  const field = keyExpression(part.field, family);
  const { present, data } = column;
  const isPresent = (row: number) => present === undefined || present[row] === 1;
  const plain: Omit<PartKey, 'write' | 'spans'> = {
    expression: part.view === 'original' ? `ct original ${field}` : field,
    type: keyType(part.field, family),
    field,
    interval: false,
    has: isPresent,
  };
  switch (data.store) {
    case 'prefix4':
    case 'prefix6':
    case 'prefix':
      return { ...plain, ...prefixKeyPart(plain, data, family, rows) };
    case 'integer': {
      const offset = part.field === 'length' && family === 6 ? IPV6_HEADER : 0;
      return {
        ...plain,
        has: offset === 0 ? isPresent : (row) => isPresent(row) && data.values[row]! >= offset,
        write: integerWriter(data.values, part.field, offset),
        spans: (some) =>
          exactKey(
            32,
            Uint32Array.from(some, (row) => data.values[row]!),
          ),
      };
    }
    case 'wide integer':
      if (column.type.kind !== 'mac') break;
      return {
        ...plain,
        write: (row, out) => out.write(formatMac(data.values[row]!)),
        spans: (some) => exactKey(64, wideWords(data.values, some)),
      };
    case 'range':
      return {
        ...plain,
        interval: rows.some((some) => some.some((row) => data.low[row] !== data.high[row])),
        write: (row, out) =>
          out.write(data.low[row] === data.high[row] ? `${data.low[row]}` : `${data.low[row]}-${data.high[row]}`),
        spans: (some) =>
          rangeKey(
            16,
            Uint32Array.from(some, (row) => data.low[row]!),
            Uint32Array.from(some, (row) => data.high[row]!),
          ),
      };
  }
  context.refuse(
    lookup.origin,
    `nftables cannot look up by column \`${column.name}\``,
    'Use a column of addresses, prefixes, protocols, ports, MAC addresses or numbers of at most 32 bits.',
  );
  return { ...plain, write: () => {}, spans: (some) => exactKey(32, new Uint32Array(some.length)) };
}

/** The fixed IPv6 header, which `ip6 length` does not count. */
const IPV6_HEADER = 40;

function prefixKeyPart(
  { expression, has: isPresent }: Pick<PartKey, 'expression' | 'has'>,
  data: PrefixData,
  family: Family | undefined,
  rows: readonly Uint32Array[],
): Omit<PartKey, 'type' | 'field'> {
  const isOfFamily = data.store === 'prefix' ? (row: number) => data.families[row] === family : () => true;
  const has = (row: number) => isPresent(row) && isOfFamily(row);
  const length = commonLength(data.lengths, rows, has);
  const width = family === 6 ? 128 : 32;
  const masked = length !== undefined && length < width;
  return {
    expression: masked ? `${expression} & ${prefixMask(length, family)}` : expression,
    interval: length === undefined,
    write: prefixWriter(data, family, length === undefined),
    has,
    spans: (some) =>
      prefixKey(
        width,
        addressWords(data, family, some),
        Uint8Array.from(some, (row) => data.lengths[row]!),
      ),
  };
}

function wideWords(values: BigUint64Array, rows: Uint32Array): Uint32Array {
  const words = new Uint32Array(rows.length * 2);
  rows.forEach((row, index) => {
    words[index * 2] = Number(values[row]! >> 32n);
    words[index * 2 + 1] = Number(values[row]! & 0xffffffffn);
  });
  return words;
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

function integerWriter(values: Uint32Array, field: string, offset: number): CellWriter {
  if (field !== 'protocol') return (row, out) => out.writeNumber(values[row]! - offset);
  const texts = new Map<number, string>();
  return (row, out) => {
    const value = values[row]!;
    let text = texts.get(value);
    if (text === undefined) texts.set(value, (text = protocolText(value)));
    out.write(text);
  };
}
