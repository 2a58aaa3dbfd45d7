/** Limits: which buckets they have, and their rates in numbers that the program can add up exactly. */
import type { Gate, Rate } from '../../../compiler/model/condition.ts';
import type { Condition, Limiter, Pace } from '../tree.ts';

export type RateGate = Extract<Gate, { readonly kind: 'rate' }>;

const NANOSECONDS_A_SECOND = 1_000_000_000n;
/** So many times faster than nanoseconds, the clock runs over after 36 years without a restart. */
const FASTEST_CLOCK = 16n;
/** Times ahead of now are added up in 63 bits. */
const FARTHEST_AHEAD = 2n ** 62n;
/** Bytes of the longest packet. */
const LARGEST = 65_575n;

/** The pace of a rate; undefined where XDP cannot keep it exactly. */
export function paceOf(rate: Rate, burst: number): Pace | undefined {
  if (!Number.isInteger(rate.amount) || !Number.isInteger(rate.perSeconds) || rate.amount <= 0) return undefined;
  const amount = BigInt(rate.amount);
  const nanoseconds = NANOSECONDS_A_SECOND * BigInt(rate.perSeconds);
  const common = greatestCommonDivisor(amount, nanoseconds);
  const [clock, period] = [amount / common, nanoseconds / common];
  const perByte = rate.of === 'events' ? 0 : rate.of === 'bytes' ? 1 : 8;
  const most = BigInt(burst) * BigInt(perByte || 1);
  const largest = perByte === 0 ? 1n : LARGEST * BigInt(perByte);
  if (clock > FASTEST_CLOCK || (most + largest) * period > FARTHEST_AHEAD) return undefined;
  return { period, burst: most, clock, perByte };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** Tables of buckets by number, each once however many rules ask it. */
export class Limiters {
  readonly #numbers = new Map<string, number>();
  readonly list: Limiter[] = [];

  /** A limit as a condition; `row`: the row of the table that the rule is for. */
  conditionOf(gate: RateGate, rate: Rate, row: number | undefined): Condition {
    const pace = paceOf(rate, gate.burst);
    if (!pace) throw new Error('XDP has been given a rate that it refuses');
    const { sense, bounds } = gate;
    const limiter = this.#numberOf(gate, row !== undefined);
    return { kind: 'limit', limiter, over: sense === 'over', holdsWhenFull: bounds.whenFull === 'match', pace, row };
  }

  #numberOf({ limiter, per, bounds }: RateGate, hasRow: boolean): number {
    let number = this.#numbers.get(limiter);
    if (number === undefined) {
      this.#numbers.set(limiter, (number = this.list.length));
      this.list.push({ id: this.#idFor(limiter), keys: bounds.keys, per, hasRow });
    }
    return number;
  }

  #idFor(limiter: string): string {
    const name = limiter.replace(/^mitigate[ /]/, '');
    let id = `limit_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`;
    while (this.list.some((other) => other.id === id)) id += '_';
    return id;
  }
}
