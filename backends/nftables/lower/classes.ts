/**
 * The class that a packet queues in, as its priority: a shaper that has the class's number finds it there, without any filter.
 * Packets keep their priority on the way to the interface, and where it is cut into fragments each has it.
 */
import { classId } from '../../../compiler/model/shape-classes.ts';
import type { Cell } from '../../../compiler/model/index.ts';
import type { DecisionPlace } from './decisions.ts';
import { cellNumbers } from './row-cells.ts';

/** The statement that gives the packet its class's number: a constant, or that of the row found. */
export function classStatement(chosen: number | Cell, { row, context, origin }: DecisionPlace): string {
  if (typeof chosen === 'number') return `meta priority set ${classId(chosen)}`;
  const numbers = row?.owns(chosen) ? cellNumbers(row, chosen) : undefined;
  if (!row || !numbers) {
    context.refuse(
      origin,
      'the class is that of a row that no lookup found',
      'Say in the class which row it is for, by its key.',
    );
    return '';
  }
  const name = chosen.column.replaceAll(' ', '_');
  const data = { name, types: ['classid'], cells: [chosen] };
  return `meta priority set ${row.map({ ...data, write: (index, out) => out.write(classId(numbers(index))) })}`;
}
