/** Numbers from cells of the row at hand where nft takes constants only. */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Cell } from '../../../compiler/model/index.ts';
import type { EffectPlace } from './effects.ts';
import { cellNumbers } from './row-cells.ts';
import type { RowValues } from './row-values.ts';

/** The row whose cell an effect reads. */
export function rowOf(cell: Cell, place: EffectPlace): RowValues | undefined {
  if (place.row?.owns(cell)) return place.row;
  place.context.refuse(
    place.origin,
    `\`${cell.row.name}.${cell.column}\` is of a row that no lookup found`,
    "Write the rule inside the `each` of that table, with a clause that compares a column of the table's key.",
  );
  return undefined;
}

/**
 * What depends on the number in a row's cell, where nft takes constants only: one lookup, and a chain for each of the
 * numbers that occur. `rulesFor` gives the rules of a number's chain.
 */
export function byNumber(
  cell: Cell,
  what: string,
  place: EffectPlace,
  rulesFor: (value: number) => readonly (readonly string[])[],
): string[] {
  const { context, origin, family } = place;
  const row = rowOf(cell, place);
  const numbers = row && cellNumbers(row, cell);
  if (!numbers) return [];
  const chains = new Map<number, string>();
  const chainOf = (value: number): string => {
    let name = chains.get(value);
    if (name === undefined) {
      const rules = rulesFor(value).map((statements) => ({ statements, origin }));
      const suffix = family === undefined ? '' : ` IPv${family}`;
      name = context.sharedChain(
        `${what} ${value}${suffix}`,
        `${what} ${value}, for rows of ${cell.row.table.name}`,
        rules,
      );
      chains.set(value, name);
    }
    return name;
  };
  for (const index of row.rows) if (row.has([cell], index)) chainOf(numbers(index));
  const write = (index: number, out: TextBuffer) => out.write(`jump ${chainOf(numbers(index))}`);
  const name = cell.column === what ? what : `${cell.column}_${what}`;
  return [row.verdicts({ name, cells: [cell], write })];
}
