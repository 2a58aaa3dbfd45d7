/** What classes have let pass, for people. */
import type { ExplainedClass } from '../../compiler/explain/explained.ts';
import { formatCount } from './numbers.ts';
import { tableLines } from './table.ts';

/** So many classes are shown, those that have sent most. */
const MOST_CLASSES = 20;

/** A table with a head, those first that stand first; `all`: however many they are. */
export function classLines(classes: readonly ExplainedClass[], all: boolean): readonly string[] {
  const total = classes.reduce((sum, { bytes }) => sum + bytes, 0);
  const shown = all ? classes : classes.slice(0, MOST_CLASSES);
  const rows = shown.map(({ name, bytes, packets, dropped, packetsWaiting }) => [
    name,
    formatCount(bytes),
    total === 0 ? '' : `${((100 * bytes) / total).toFixed(1)} %`,
    formatCount(packets),
    formatCount(dropped),
    formatCount(packetsWaiting),
  ]);
  const table = tableLines(
    [['class', 'bytes', '', 'packets', 'dropped', 'waiting'], ...rows],
    ['left', 'right', 'right', 'right', 'right', 'right'],
  );
  const rest = classes.length - shown.length;
  return [...table, ...(rest > 0 ? [`… ${formatCount(rest)} more (--all shows them)`] : [])];
}
