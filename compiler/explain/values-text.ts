/** The values of a switch's cases, as a policy would write them. */
import type { Switch } from '../6-plan/plan.ts';
import { protocolName } from '../model/protocols.ts';
import { formatInterval } from '../net/address-set.ts';
import type { IntervalSet } from '../net/interval-set.ts';

/** So many intervals of a case are written out. */
const MOST_SHOWN = 3;
const PORT_BITS = 16;
const MOST_PORT = 0xffff;

export function switchedValues({ field }: Pick<Switch, 'field'>, values: IntervalSet): string {
  const shown = Math.min(MOST_SHOWN, values.intervalCount);
  const texts = Array.from({ length: shown }, (_, index) =>
    field.kind === 'address' ? formatInterval(values, index) : numberText(field.field, values, index),
  );
  const more = values.intervalCount - shown;
  return more === 0 ? texts.join(', ') : `${texts.join(', ')} and ${more} more`;
}

function numberText(field: string, values: IntervalSet, index: number): string {
  const [low, high] = [Number(values.lowAt(index)), Number(values.highAt(index))];
  if (field === 'protocol') return range(low, high, protocolName);
  if (field !== 'service') return range(low, high, String);
  const [first, last] = [low >>> PORT_BITS, high >>> PORT_BITS];
  const [from, to] = [low & MOST_PORT, high & MOST_PORT];
  if (first === last) return `${protocolName(first)}/${range(from, to, String)}`;
  return `${protocolName(first)}/${from} to ${protocolName(last)}/${to}`;
}

function range(low: number, high: number, text: (value: number) => string): string {
  return low === high ? text(low) : `${text(low)}-${text(high)}`;
}
