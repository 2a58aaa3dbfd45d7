/** Rows that keys find, said in fields of the packet: an address is that of some row, or of none. */
import type { Family } from '../4-program/program.ts';
import { FIELD_WIDTHS } from '../model/fields.ts';
import { columnOf, type Column } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { cellAddresses, cellNumbers } from '../proof/bound-rows.ts';
import type { ColumnTest, FoundKey } from '../proof/rows.ts';

/** Fields of packets, each with the values that it may have; undefined: all. */
export type FieldSets = (field: string) => IntervalSet | undefined;

/** A key, and the numbers of what it finds: 0 for no row, and the class's number plus one. */
export interface Finding {
  readonly found: FoundKey;
  readonly numbers: IntervalSet;
}

/** How a dimension calls the field that a part of a key reads. */
export function fieldOf({ field, view }: ColumnTest): string {
  const hasViews = field === 'source' || field === 'destination' || field.endsWith(' port');
  return hasViews ? `${field}/${view}` : field;
}

/** So few rows are told by their values. */
const MOST_SPELLED = 32;

/** All packets, some or none; or those whose fields are in one of the boxes. */
export type Meeting = 'all' | 'some' | 'none' | readonly ReadonlyMap<string, IntervalSet>[];

export class FoundKeys {
  readonly #values = new Map<string, IntervalSet>();

  /** Where one field is the key, the values of it that find one of these; undefined: several fields are. */
  valuesFor({ found, numbers }: Finding, family: Family): IntervalSet | undefined {
    const [part, ...others] = found.key;
    if (!part || others.length > 0) return undefined;
    const { within, isComplement } = rowsOf(found, numbers);
    const text = `${found.table.name} ${part.column} ${family} ${within.length} ${IntervalSet.fromColumns(32, within).fingerprint()}`;
    let values = this.#values.get(text);
    if (!values) this.#values.set(text, (values = valuesOf(found, part, within, family)));
    return isComplement ? values.complement() : values;
  }

  /** Which packets whose fields have these values find one of these. */
  meeting({ found, numbers }: Finding, family: Family, fields: FieldSets): Meeting {
    const { within, isComplement } = rowsOf(found, numbers);
    const boxes: Map<string, IntervalSet>[] = [];
    let taken = 0n;
    for (const row of within) {
      const sets = found.key.map((part) => [fieldOf(part), among(found, part, row, family, fields)] as const);
      if (sets.some(([, set]) => set.isEmpty())) continue;
      if (boxes.length <= MOST_SPELLED) boxes.push(new Map(sets));
      taken += sets.reduce((product, [, set]) => product * set.size(), 1n);
    }
    const isMany = boxes.length > MOST_SPELLED;
    if (!isComplement) return boxes.length === 0 ? 'none' : isMany ? 'some' : boxes;
    // No two rows share a packet, so what they hold adds up.
    const volume = found.key.reduce((product, part) => product * sizeOf(fields(fieldOf(part)), part, family), 1n);
    return boxes.length === 0 ? 'all' : taken < volume ? 'some' : 'none';
  }

  /** A row of those, with values for the fields of the key that are among the given ones; undefined: none is. */
  rowWithin(
    { found, numbers }: Finding,
    family: Family,
    fields: FieldSets,
  ): ReadonlyMap<string, IntervalSet> | undefined {
    const { within, isComplement } = rowsOf(found, numbers);
    if (isComplement) return undefined;
    for (const row of within) {
      const sets = found.key.map((part) => [fieldOf(part), among(found, part, row, family, fields)] as const);
      if (sets.every(([, set]) => !set.isEmpty())) return new Map(sets);
    }
    return undefined;
  }

  /** Whether a packet with these values finds one of these. */
  isFound(
    { found, numbers }: Finding,
    family: Family,
    valueOf: (field: string) => bigint | number | undefined,
  ): boolean {
    const { within, isComplement } = rowsOf(found, numbers);
    const isOf = (row: number) =>
      found.key.every((part) => {
        const value = valueOf(fieldOf(part));
        return value !== undefined && cellValues(found, part, row, family).contains(value);
      });
    return within.some(isOf) !== isComplement;
  }
}

/** The rows of which one is found; or (complement) of which none is. */
function rowsOf(
  { classes }: FoundKey,
  numbers: IntervalSet,
): { readonly within: Uint32Array; readonly isComplement: boolean } {
  const isComplement = numbers.contains(0);
  const wanted = isComplement ? numbers.complement() : numbers;
  const list = new Set<number>();
  for (let one = 0; one < classes.count; one++) if (wanted.contains(one + 1)) list.add(one);
  return { within: classes.rowsOf(list), isComplement };
}

function valuesOf({ table }: FoundKey, part: ColumnTest, rows: Uint32Array, family: Family): IntervalSet {
  const { data, present } = columnOf(table, part.column)!;
  const filled = present ? rows.filter((row) => present[row] !== 0) : rows;
  if (isAddress(part)) return addressesOf(data, filled, family);
  const width = FIELD_WIDTHS[part.field as keyof typeof FIELD_WIDTHS];
  return IntervalSet.unionOf(
    width,
    [...filled].map((row) => cellNumbers(cellOf(table, part), row, width)),
  );
}

function addressesOf(data: Column['data'], rows: Uint32Array, family: Family): IntervalSet {
  const width = family === 4 ? 32 : 128;
  const picked = (list: Uint32Array, of: Uint32Array) =>
    Uint32Array.from({ length: of.length * 4 }, (_, at) => list[of[at >> 2]! * 4 + (at & 3)]!);
  switch (data.store) {
    case 'prefix4': {
      if (family === 6) return IntervalSet.empty(width);
      const lengths = Uint8Array.from(rows, (row) => data.lengths[row]!);
      return IntervalSet.fromPrefixes32(
        Uint32Array.from(rows, (row) => data.addresses[row]!),
        lengths,
      );
    }
    case 'prefix6': {
      if (family === 4) return IntervalSet.empty(width);
      return IntervalSet.fromPrefixes128(
        picked(data.words, rows),
        Uint8Array.from(rows, (row) => data.lengths[row]!),
      );
    }
    case 'prefix': {
      const own = rows.filter((row) => data.families[row] === family);
      const lengths = Uint8Array.from(own, (row) => data.lengths[row]!);
      return family === 4
        ? IntervalSet.fromPrefixes32(
            Uint32Array.from(own, (row) => data.words[row * 4 + 3]!),
            lengths,
          )
        : IntervalSet.fromPrefixes128(picked(data.words, own), lengths);
    }
    default:
      throw new Error(`a column of ${data.store} holds no addresses`);
  }
}

function among(found: FoundKey, part: ColumnTest, row: number, family: Family, fields: FieldSets): IntervalSet {
  const values = cellValues(found, part, row, family);
  const own = fields(fieldOf(part));
  return own ? values.intersect(own) : values;
}

function cellValues({ table }: FoundKey, part: ColumnTest, row: number, family: Family): IntervalSet {
  const cell = cellOf(table, part);
  if (isAddress(part)) return cellAddresses(cell, row, family);
  return cellNumbers(cell, row, FIELD_WIDTHS[part.field as keyof typeof FIELD_WIDTHS]);
}

function cellOf(table: FoundKey['table'], { column }: ColumnTest) {
  return { kind: 'cell', row: { name: table.name, table }, column } as const;
}

function isAddress({ field }: ColumnTest): boolean {
  return field === 'source' || field === 'destination';
}

function sizeOf(set: IntervalSet | undefined, part: ColumnTest, family: Family): bigint {
  if (set) return set.size();
  return (
    1n << BigInt(isAddress(part) ? (family === 4 ? 32 : 128) : FIELD_WIDTHS[part.field as keyof typeof FIELD_WIDTHS])
  );
}
