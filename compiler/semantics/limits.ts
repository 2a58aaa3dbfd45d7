/**
 * Rates: the generic cell rate algorithm (ITU-T I.371). With T = 1/rate, a packet conforms if TAT − now ≤ (burst − 1)·T,
 * and then TAT = max(TAT, now) + T. For rates of bytes or bits, T is the time of one byte or bit, and a packet counts for
 * as many as it has: it conforms if TAT − now ≤ (burst − size)·T, and then TAT = max(TAT, now) + size·T.
 *
 * Arithmetic is exact: times are in nanoseconds times the rate's amount, so that T is a whole number.
 */
import type { KeyPart, Rate, RateGate } from '../model/condition.ts';
import { isFull, tableName } from './bounded.ts';
import { cellRate } from '../model/cells.ts';
import { addressField, numberField } from './fields.ts';
import type { Journey } from './journey.ts';
import { addressPart } from './memory.ts';
import { PersistentMap } from './persistent-map.ts';

const NANOSECONDS_A_MILLISECOND = 1_000_000;
const NANOSECONDS_A_SECOND = 1_000_000_000n;

/** Whether the clause holds of a packet that meets all others; a packet that conforms is charged. */
export function rateHolds(gate: RateGate, journey: Journey): boolean {
  const rate = 'kind' in gate.rate ? cellRate(gate.rate, journey.rows) : gate.rate;
  const key = bucketKey(gate, journey);
  if (rate === undefined || key === undefined) return false;
  const table = tableOf(gate, journey);
  const buckets = journey.state.buckets.get(table) ?? PersistentMap.empty<string, bigint>();
  const amount = BigInt(Math.round(rate.amount));
  const now = BigInt(Math.round(journey.now * NANOSECONDS_A_MILLISECOND)) * amount;
  const arrival = buckets.get(key);
  if (
    arrival === undefined &&
    isFull(buckets, gate.bounds, journey, (at) => Number(at / amount) / NANOSECONDS_A_MILLISECOND)
  ) {
    return gate.bounds.whenFull === 'match';
  }
  const next = charge(rate, gate.burst, arrival ?? now, now, journey.packet.length);
  if (next === undefined) return gate.sense === 'over';
  journey.state = { ...journey.state, buckets: journey.state.buckets.set(table, buckets.set(key, next)) };
  return gate.sense === 'up to';
}

/** The theoretical arrival time after a packet that conforms; undefined for one that does not. */
export function charge(rate: Rate, burst: number, arrival: bigint, now: bigint, length: number): bigint | undefined {
  if (rate.amount <= 0) return undefined;
  const unit = NANOSECONDS_A_SECOND * BigInt(rate.perSeconds);
  const size = BigInt(sizeIn(rate, length));
  const allowed = BigInt(rate.of === 'bits' ? burst * 8 : burst);
  if (arrival - now > (allowed - size) * unit) return undefined;
  return (arrival > now ? arrival : now) + size * unit;
}

function sizeIn(rate: Rate, length: number): number {
  if (rate.of === 'events') return 1;
  return rate.of === 'bytes' ? length : length * 8;
}

/** The table in which the gate's keys are, for packets like the one at hand. */
export function tableOf(gate: Pick<RateGate, 'limiter' | 'per'>, journey: Journey): string {
  const hasAddress = gate.per.some(({ field }) => field === 'source' || field === 'destination');
  return tableName(gate.limiter, hasAddress, journey.packet.family);
}

/** The row and the values of the key's fields: they pick the bucket. Undefined where the packet lacks one of them. */
export function bucketKey(gate: Pick<RateGate, 'per' | 'rows'>, journey: Journey): string | undefined {
  const parts: string[] = [];
  for (const row of gate.rows) parts.push(`row ${journey.rows.get(row) ?? -1}`);
  for (const part of gate.per) {
    const value = keyPartValue(part, journey);
    if (value === undefined) return undefined;
    parts.push(value);
  }
  return parts.join(', ');
}

function keyPartValue(part: KeyPart, journey: Journey): string | undefined {
  if (part.field === 'in') return journey.inZone?.name;
  if (part.field !== 'source' && part.field !== 'destination') {
    const value = numberField(journey, part.field);
    return value === undefined ? undefined : `${value}`;
  }
  const address = addressField(journey, part.field, 'real');
  if (address === undefined) return undefined;
  const { family } = journey.packet;
  const kept = family === 4 ? part.prefix4 : part.prefix6;
  return addressPart(family, address >> BigInt((family === 4 ? 32 : 128) - kept));
}
