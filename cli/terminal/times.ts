/** `--time`: where the time went. */
import type { PhaseTime } from './phases.ts';
import { formatBytes } from './numbers.ts';
import { tableLines } from './table.ts';

export function timesText(times: readonly PhaseTime[], peakMemory: number): string {
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = [...times, { phase: 'in all', milliseconds: total }].map(({ phase, milliseconds }) => [
    phase,
    `${milliseconds.toFixed(0)} ms`,
  ]);
  return [...tableLines(rows, ['left', 'right']), `peak memory ${formatBytes(peakMemory)}`, ''].join('\n');
}
