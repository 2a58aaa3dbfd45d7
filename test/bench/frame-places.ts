/** Where packets are in the tables by which programs find their rules, for prices of their steps (backends/ebpf/search.ts). */
import { TIMES, type StepTimes } from '../../backends/ebpf/cost.ts';
import type { FramePlaces } from '../../backends/ebpf/search.ts';
import type { FieldTable } from '../../backends/ebpf/tree.ts';
import type { AbstractPacket } from '../oracles/plan-walk.ts';

/** How often a packet pays for each step, where `timeBy` is its time by what each step takes. */
export function multiplesOf(timeBy: (times: StepTimes) => number): StepTimes {
  const names = Object.keys(TIMES) as (keyof StepTimes)[];
  const only = (name: string) => Object.fromEntries(names.map((one) => [one, one === name ? 1 : 0])) as StepTimes;
  return Object.fromEntries(names.map((name) => [name, timeBy(only(name))])) as StepTimes;
}

export function placesOf(packet: AbstractPacket, fields: readonly FieldTable[]): FramePlaces {
  return new Map(fields.map((table) => [table, placeOf(packet, table)]));
}

function placeOf(packet: AbstractPacket, { field, ranges }: FieldTable): { side: number; range: number } | undefined {
  const value = valueOf(packet, field);
  if (value === undefined) return undefined;
  const side = ranges.length > 1 && packet.family === 6 ? 1 : 0;
  const { lows, rows } = ranges[side]!;
  const words = lows.length / rows.length;
  const lowOf = (range: number) =>
    lows.subarray(range * words, (range + 1) * words).reduce((low, word) => (low << 32n) | BigInt(word), 0n);
  const above = Array.from(rows.keys()).findIndex((range) => lowOf(range) > value);
  return { side, range: (above < 0 ? rows.length : above) - 1 };
}

function valueOf(packet: AbstractPacket, field: FieldTable['field']): bigint | undefined {
  const { protocol, 'destination port': port } = packet.numbers;
  if (field === 'source' || field === 'destination') return packet[field];
  if (field === 'family') return BigInt(packet.family);
  if (field === 'in') return 1n;
  if (field === 'fragment') return 0n;
  const service = protocol === undefined || port === undefined ? undefined : protocol * 65_536 + port;
  const number = field === 'service' ? service : packet.numbers[field];
  return number === undefined ? undefined : BigInt(number);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
