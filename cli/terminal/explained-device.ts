/** A device's tables, and which rules it decides by, for people. */
import type { ExplainedDevice } from '../../compiler/explain/explained.ts';
import { formatCount } from './numbers.ts';
import { tableLines } from './table.ts';

export function deviceLines({ name, tables, rules }: ExplainedDevice, mainPath: string): readonly string[] {
  const sum = (of: 'entries' | 'bits'): number => tables.reduce((all, table) => all + table[of], 0);
  const rows = tables.map(({ name: table, entries, room, bits, keys }) => [
    table,
    formatCount(entries),
    formatCount(room),
    formatCount(bits),
    keys.map(keyText).join(', '),
  ]);
  return [
    ...tableLines(
      [
        [`tables of ${name}`, 'entries', 'room', 'bits', 'keys'],
        ...rows,
        ['in all', formatCount(sum('entries')), '', formatCount(sum('bits')), ''],
      ],
      ['left', 'right', 'right', 'right', 'left'],
    ),
    '',
    'who decides',
    ...rules.map(({ path, line, text, decides, why }) => {
      const place = path === mainPath ? `${line}` : `${path}:${line}`;
      return `  ${decides.padEnd(6)}  ${place}: ${text}${why === undefined ? '' : `   (${why})`}`;
    }),
  ];
}

/** `32-bit lpm source_ipv4` */
export function keyText({ name, match, width }: ExplainedDevice['tables'][number]['keys'][number]): string {
  return `${width}-bit ${match} ${name}`;
}
