/** What is said about a cell that could not be read. */
import type { BytePlace, FileFindings } from '../findings.ts';
import { PROBLEMS } from '../problems.ts';
import type { DeclaredColumn } from './declared-columns.ts';

/** A text that is quoted in a message is cut here. */
const LONGEST_QUOTED = 80;

/**
 * Reports that `text`, which stands at `place`, is no cell of the column. `row` (counted from 1) is named where lines do
 * not tell it.
 */
export function reportCell(
  findings: FileFindings,
  column: DeclaredColumn,
  text: string,
  place: BytePlace,
  row?: number,
): void {
  if (!findings.isNext()) return;
  const { name, declaration } = column;
  const where = row === undefined ? `column \`${name}\`` : `row ${row}, \`${name}\``;
  const declared = { span: declaration.span, text: `declared here as ${declaration.type}` };
  const details = { labels: findings.introduces(name) ? [declared] : [] };
  const at = { ...place, column: name };
  const cell = text.trim();
  if (cell === '') {
    const hint = 'A default (= VALUE) or = none behind the type in the declaration allows empty cells.';
    findings.add(PROBLEMS.emptyCell, at, `${where}: the cell is empty`, { ...details, hint });
    return;
  }
  const { problem, hint, hostBitsSet } = column.cells.explain(cell);
  const kind = hostBitsSet ? PROBLEMS.hostBitsSet : PROBLEMS.badCell;
  findings.add(kind, at, `${where}: ${marked(cell)} ${problem}`, { ...details, hint });
}

/** The text marked as such, cut where it is very long. */
export function marked(text: string): string {
  return text.length > LONGEST_QUOTED ? `\`${text.slice(0, LONGEST_QUOTED)}…\`` : `\`${text}\``;
}
