/** What room a NIC has, of which each family has a half, and what of it an encoding would need too much of. */
import { sizeFor } from '../table-size.ts';
import type { NicDescription } from '../targets/index.ts';
import type { EncodingCost, FamilyTables } from '../tree.ts';

/** For tables of a family that are still to come. */
export interface Left {
  readonly bits: number;
  readonly entries: number;
  /** A packet is of one family, and its tables stand one behind another. */
  readonly stages: number;
}

/** `before`: of the tables that packets of both families go through, the entries of each. */
export function roomFor({ limits }: NicDescription, before: readonly number[]): Left {
  const { tcamBits = Infinity, entries = Infinity, stages = Infinity } = limits;
  return {
    bits: tcamBits / 2,
    entries: Math.floor((entries - before.reduce((sum, count) => sum + count, 0)) / 2),
    stages: stages - before.length,
  };
}

/** What is left behind a list's tables; `undefined`: it has none. */
export function without(left: Left, tables: FamilyTables | undefined): Left {
  if (!tables) return left;
  const [taken] = tables.rules.encodings as [EncodingCost];
  return {
    bits: left.bits - taken.bits,
    entries: left.entries - entriesOf(taken),
    stages: left.stages - taken.tables.length,
  };
}

/** The bounds that an encoding does not keep to, in words that follow "the NIC has"; none: there is room. */
export function shortOf(cost: EncodingCost, { limits }: NicDescription, left: Left): readonly string[] {
  const { entriesPerTable = Infinity, keyBitsPerTable = Infinity, tcamBits, entries, stages } = limits;
  const { tables, bits } = cost;
  return [
    // Tables are made for powers of two, with an entry to spare.
    ...(tables.some((table) => sizeFor({ length: table.entries }) > entriesPerTable)
      ? [`${entriesPerTable} entries in a table`]
      : []),
    ...(tables.some((table) => table.keyBits > keyBitsPerTable) ? [`${keyBitsPerTable} bits of key in a table`] : []),
    ...(bits > left.bits ? [`${tcamBits} bits of tables in all, half of them for each family`] : []),
    ...(entriesOf(cost) > left.entries ? [`${entries} entries in all, half of them for each family`] : []),
    ...(tables.length > left.stages ? [`${stages} stages, one for each table`] : []),
  ];
}

function entriesOf({ tables }: EncodingCost): number {
  return tables.reduce((sum, { entries }) => sum + entries, 0);
}
