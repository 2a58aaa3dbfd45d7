/** Many rows as one set, where a rule does the same for each of them. */
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import type { RowVariable } from '../../model/condition.ts';
import { columnOf } from '../../model/table.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { Diagram } from '../diagrams.ts';
import { addressIn, asksCell } from './atoms.ts';
import type { StagePackets } from './stage-packets.ts';

/**
 * Whether the rule compares one address with one column and does the same for every row. `apart`: and no packet meets two
 * rows, so that their order counts for nothing.
 */
export function isKeyOfAddresses(rule: ProgramRule, row: RowVariable, apart: boolean): boolean {
  const cells = rule.atoms.filter(asksCell);
  const [cell] = cells;
  if (cells.length !== 1 || cell!.negated || cell!.test.kind !== 'address' || readsRow(rule)) return false;
  const column = columnOf(row.table, columnName(cell!));
  if (!column || !('lengths' in column.data)) return false;
  return !apart || row.table.keys.some((key) => key.length === 1 && key[0] === column.name);
}

/** Whether what the rule does depends on the row. */
function readsRow({ effects, decision, gates }: ProgramRule): boolean {
  return JSON.stringify([effects, decision, gates], (key, value: unknown) =>
    key === 'row' || key === 'memory' || key === 'zones' ? '-' : typeof value === 'bigint' ? 0 : value,
  ).includes('"kind":"cell"');
}

function columnName({ test }: Atom): string {
  return 'in' in test && typeof test.in === 'object' && 'column' in test.in ? test.in.column : '';
}

/** The packets whose address is in the cell of one of the rows. */
export function addressSetOf(atom: Atom, rows: Uint32Array, packets: StagePackets): Diagram {
  const { test } = atom;
  if (test.kind !== 'address' || !('column' in test.in)) throw new TypeError('no address in a cell');
  const { data, present } = columnOf(test.in.row.table, test.in.column)!;
  if (!('lengths' in data)) throw new TypeError('no column of addresses');
  const { family } = test;
  const own = (row: number): boolean => {
    if (present !== undefined && present[row] === 0) return false;
    return (data.store === 'prefix4' ? 4 : data.store === 'prefix6' ? 6 : data.families[row]) === family;
  };
  const kept = rows.filter(own);
  const lengths = Uint8Array.from(kept, (row) => data.lengths[row]!);
  const words = new Uint32Array(family === 4 ? kept.length : kept.length * 4);
  kept.forEach((row, index) => {
    if (data.store === 'prefix4') words[index] = data.addresses[row]!;
    else if (family === 4) words[index] = data.words[row * 4 + 3]!;
    else words.set(data.words.subarray(row * 4, row * 4 + 4), index * 4);
  });
  const set = IntervalSet.fromPrefixes(family === 4 ? 32 : 128, words, lengths);
  return addressIn(test, set, packets);
}
