/** Limits: which buckets they have, and their rates in numbers that the program can add up exactly. */
import type { KeyPart, Rate, RateGate, RowVariable } from '../../../compiler/model/condition.ts';
import type { Memory, Origin } from '../../../compiler/model/index.ts';
import { holdsFamily } from '../../../compiler/model/memory.ts';
import type { BucketTable, KeptMemory, LimitCondition, MemoryCondition, Pace } from '../tree.ts';
import { keyOf } from './bucket-keys.ts';
import { BucketNames } from './bucket-names.ts';
import { rateIn, textOf } from './cells.ts';
import { hashOf } from './hash.ts';

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

/** A limit as a rule asks it. `row`: the row of a table that the rule is for. */
export interface AskedLimit {
  readonly gate: RateGate;
  readonly rate: Rate;
  readonly row: number | undefined;
  readonly origin: Origin;
}

/** Tables of buckets by number: those of a limiter are there once, however many rules ask it. */
export class Limiters {
  readonly #numbers = new Map<string, LimitCondition['buckets']>();
  readonly #memories = new Map<string, KeptMemory>();
  readonly #names = new BucketNames();
  readonly tables: BucketTable[] = [];

  /** A limit as a condition. */
  conditionOf(asked: AskedLimit): LimitCondition {
    const { gate, rate, row } = asked;
    const pace = paceOf(rate, gate.burst);
    if (!pace) throw new Error('XDP has been given a rate that it refuses');
    const { sense, bounds } = gate;
    const buckets = this.#bucketsOf(asked);
    return { kind: 'limit', buckets, over: sense === 'over', holdsWhenFull: bounds.whenFull === 'match', pace, row };
  }

  /** Addresses of the families are in tables of their own. */
  #bucketsOf(asked: AskedLimit): LimitCondition['buckets'] {
    const { limiter, bucket, per } = asked.gate;
    const known = this.#numbers.get(limiter);
    if (known) return known;
    const name = this.#names.nameFor(bucket ?? limiter);
    const isPerFamily = hasAddress(per);
    const ipv4 = this.#add(isPerFamily ? `${name}_4` : name, 4, asked);
    const buckets = [ipv4, isPerFamily ? this.#add(`${name}_6`, 6, asked) : ipv4] as const;
    this.#numbers.set(limiter, buckets);
    return buckets;
  }

  #add(name: string, family: 4 | 6, { gate, rate, row, origin }: AskedLimit): number {
    const { limiter, per, bounds, burst } = gate;
    const hasRow = row !== undefined;
    const keys = per.length > 0 || hasRow ? bounds.keys : 1;
    // Buckets of rows are kept by the rows' numbers, which mean the same in the same table only.
    const rows = hasRow ? gate.rows.map(contentOf) : [];
    const identity = hashOf(JSON.stringify([limiter, family, per, keys, rate, burst, rows]));
    return this.tables.push({ name, origin, keys, key: keyOf(per, family, hasRow), identity }) - 1;
  }

  /** The tables of a memory, whose values are when an address is forgotten. */
  memoryTables(memory: Memory, origin: Origin): MemoryCondition['tables'] {
    const known = this.#memories.get(memory.name);
    if (known) return known.tables;
    const name = this.#names.nameFor(memory.name);
    const of = (family: 4 | 6): number | undefined => {
      if (!holdsFamily(memory, family)) return undefined;
      const { keys } = memory.bounds;
      const identity = hashOf(JSON.stringify(['memory', memory.name, family, keys]));
      return (
        this.tables.push({ name: `${name}_${family}`, origin, keys, key: keyOf(ADDRESS, family, false), identity }) - 1
      );
    };
    const tables = [of(4), of(6)] as const;
    this.#memories.set(memory.name, { name: memory.name, tables, lasts: inNanoseconds(memory.timeout) });
    return tables;
  }

  get memories(): readonly KeptMemory[] {
    return [...this.#memories.values()];
  }
}

const NANOSECONDS_A_MILLISECOND = 1_000_000n;

export function inNanoseconds(milliseconds: number | undefined): bigint | undefined {
  return milliseconds === undefined ? undefined : BigInt(Math.ceil(milliseconds)) * NANOSECONDS_A_MILLISECOND;
}

/** What is remembered; of either end. */
const ADDRESS: readonly KeyPart[] = [{ field: 'source', prefix4: 32, prefix6: 128 }];

/** All that stands in a table. */
function contentOf(row: RowVariable): readonly (string | undefined)[] {
  const { columns, rowCount } = row.table;
  return columns.flatMap(({ name: column }) =>
    Array.from({ length: rowCount }, (_, number) => {
      const cell = { kind: 'cell', row, column } as const;
      const rate = rateIn(cell, number);
      return rate ? `${rate.amount} ${rate.of} in ${rate.perSeconds}` : textOf(cell, number);
    }),
  );
}

/** Whether a key has an address in it. */
function hasAddress(per: readonly KeyPart[]): boolean {
  return per.some(({ field }) => field === 'source' || field === 'destination');
}
