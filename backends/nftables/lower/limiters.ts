/** What gates share: where they stand, how packets get past one, and the limit of a rate. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Gate, Origin, Rate } from '../../../compiler/model/index.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { identifier } from '../names.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { limitOf, type Limit } from './rates.ts';
import type { RowValues } from './row-values.ts';

export interface GatePlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
  /** Packets of flows that are known were let through before. */
  readonly stateful: boolean;
  /** The row that a lookup found, if one did. */
  readonly row: RowValues | undefined;
  /** Protocols that the rule's atoms leave; undefined: any. */
  readonly protocols: IntervalSet | undefined;
}

export type RateGate = Extract<Gate, { kind: 'rate' }>;
export type KeyedGate = Extract<Gate, { kind: 'rate' | 'connections' }>;

/** How packets get past a gate: by statements, or by one of several lines, which leads on to a chain. */
export type Opening =
  | { readonly kind: 'statements'; readonly statements: readonly string[] }
  | { readonly kind: 'lines'; readonly name: string; readonly lead: (chain: NftChain, next: string) => void };

/** A name that tells the buckets of a gate from others'. */
export function limiterName(limiter: string): string {
  return identifier(limiter.replace(/^filter /, ''));
}

/** The limit of a rate; says why there is none where there is none. */
export function exactLimit(gate: RateGate, rate: Rate, { context, origin }: GatePlace): Limit | undefined {
  const limit = limitOf(rate, gate.burst, gate.sense);
  if ('text' in limit) return limit;
  context.refuse(origin, limit.message, limit.hint);
  return undefined;
}
