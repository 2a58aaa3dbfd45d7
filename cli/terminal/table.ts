/** Columns of text for people. */

export type Alignment = 'left' | 'right';

/** Rows as lines, each column as wide as its widest cell, two spaces between columns, and `indent` before each line. */
export function tableLines(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
  indent = '',
): readonly string[] {
  const widths = alignments.map((_, column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return alignments[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
    });
    return (indent + cells.join('  ')).trimEnd();
  });
}
