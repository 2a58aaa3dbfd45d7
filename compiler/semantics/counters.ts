/** Counters of packets and bytes, by name or by the value of a cell. */
import type { Counter } from '../model/policy.ts';
import { cellText } from '../model/cells.ts';
import type { Journey } from './journey.ts';

/** The counter's name: `smtp`, `users.id=17`, `users.id=17 sent`; undefined where the cell is empty. */
function counterName(counter: Counter, journey: Journey): string | undefined {
  const suffix = counter.direction === undefined ? '' : ` ${counter.direction}`;
  if (counter.kind === 'named') return counter.name + suffix;
  const value = cellText(counter.cell, journey.rows);
  return value === undefined ? undefined : `${counter.cell.row.table.name}.${counter.cell.column}=${value}${suffix}`;
}

/** Counts the packet as it is now. */
export function count(journey: Journey, counter: Counter): void {
  const name = counterName(counter, journey);
  if (name === undefined) return;
  const bytes = journey.packet.length;
  const before = journey.state.counters.get(name) ?? { packets: 0, bytes: 0 };
  journey.state = {
    ...journey.state,
    counters: journey.state.counters.set(name, { packets: before.packets + 1, bytes: before.bytes + bytes }),
  };
  journey.counted.push({ counter: name, packets: 1, bytes });
}
