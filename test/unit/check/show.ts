/** Conditions as one line of text, so that tests can say what they expect. */
import type { Condition, Test } from '../../../compiler/model/condition.ts';
import { AddressSet } from '../../../compiler/net/address-set.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';

export function show(condition: Condition): string {
  switch (condition.kind) {
    case 'all':
      return condition.of.length === 0 ? 'always' : `(${condition.of.map(show).join(' and ')})`;
    case 'any':
      return condition.of.length === 0 ? 'never' : `(${condition.of.map(show).join(' or ')})`;
    case 'not':
      return `not ${show(condition.of)}`;
    default:
      return showTest(condition);
  }
}

function showTest(test: Test): string {
  switch (test.kind) {
    case 'number':
      return `${test.field} in ${showValue(test.in)}`;
    case 'masked':
      return `${test.field} & ${test.mask} == ${test.value}`;
    case 'address':
      return `${test.view} ${test.field} in ${showValue(test.in)}`;
    case 'zone':
      return `${test.field} ${test.zones.map(({ name }) => name).join(', ')}`;
    case 'service cell':
      return `service ${showValue(test.protocol)}/${showValue(test.port)}`;
    case 'memory':
      return `(${test.key.join(', ')}) in memory ${test.memory.name}`;
    case 'address of zone':
      return `${test.field} is address of ${test.zone.name}`;
    case 'same field':
      return `${test.left} == ${test.right}`;
    case 'payload':
      return `payload ${test.field.payload.join('..')} & ${hex(test.mask)} == ${hex(test.value)}`;
    case 'until':
      return `until ${test.seconds}`;
    case 'during':
      return `during ${test.fromMinute}-${test.toMinute} on ${test.days.join('')} at ${test.offsetMinutes}`;
    case 'opaque':
      return `${test.plane}: ${test.text}`;
  }
}

type Shown = Extract<Test, { in: unknown }>['in'] | number;

function showValue(value: Shown): string {
  if (typeof value === 'number') return String(value);
  if (value instanceof AddressSet || value instanceof IntervalSet) return `{${value.toString()}}`;
  return value.kind === 'cell' ? `${value.row.name}.${value.column}` : `masked ${value.value}/${value.mask}`;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
