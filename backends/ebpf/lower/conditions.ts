/** Which atoms tables find, and what becomes of the others. */
import type { Atom, AtomTest, FamilyAddressTest } from '../../../compiler/4-program/program.ts';
import type {
  Gate,
  MaskedTest,
  MemoryKeyField,
  NumberTest,
  RateGate,
  ZoneTest,
} from '../../../compiler/model/condition.ts';
import type { Effect, Origin } from '../../../compiler/model/index.ts';
import { FIELD_WIDTHS } from '../../../compiler/model/fields.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import type { PacketField } from '../fields.ts';
import type { Condition, LimitCondition } from '../tree.ts';
import { inNanoseconds, type Limiters } from './limiters.ts';

/** A test of a field against a constant set. */
export type TableTest =
  | (NumberTest & { readonly in: IntervalSet })
  | (FamilyAddressTest & { readonly in: IntervalSet })
  | ZoneTest
  | { readonly kind: 'number'; readonly field: 'balanced'; readonly in: IntervalSet };

export interface TableAtom {
  readonly negated: boolean;
  readonly test: TableTest;
}

/** The atom as one that a table can find; undefined where it is asked of the packet itself. */
export function tableAtom({ test, negated }: Atom): TableAtom | undefined {
  switch (test.kind) {
    case 'zone':
      return { negated, test };
    case 'masked': {
      const set = new MaskedValue(FIELD_WIDTHS[test.field], test.value, test.mask).toIntervalSet();
      return set && { negated, test: { kind: 'number', field: test.field, in: set } };
    }
    case 'number':
      return test.in instanceof IntervalSet ? { negated, test: { ...test, in: test.in } } : undefined;
    case 'address': {
      const set = addressesOf(test);
      return set && { negated, test: { ...test, in: set } };
    }
    default:
      return undefined;
  }
}

function addressesOf({ in: wanted, family }: FamilyAddressTest): IntervalSet | undefined {
  if (wanted instanceof IntervalSet) return wanted;
  if (wanted.kind === 'cell') return undefined;
  return new MaskedValue(family === 4 ? 32 : 128, wanted.value, wanted.mask).toIntervalSet();
}

/** Whether XDP can ask this of a packet at all. */
export function isAskable(test: AtomTest): boolean {
  return ['payload', 'same field', 'masked'].includes(test.kind) || (test.kind === 'address' && isMasked(test));
}

function isMasked({ in: wanted }: FamilyAddressTest): boolean {
  return !(wanted instanceof IntervalSet) && wanted.kind === 'masked';
}

/** An atom that no table finds. */
export function conditionOf({ test, negated }: Atom, limiters: Limiters, origin: Origin): Condition {
  switch (test.kind) {
    case 'memory': {
      const tables = limiters.memoryTables(test.memory, origin);
      return { kind: 'memory', negated, tables, field: endOf(test.key), lasts: undefined };
    }
    case 'payload':
      return { kind: 'payload', negated, test };
    case 'same field':
      return { kind: 'same field', negated, test };
    case 'masked':
      return { kind: 'masked', negated, test: { field: fieldOf(test), family: undefined, ...bitsOf(test) } };
    case 'address': {
      const { field, family, in: wanted } = test;
      if (wanted instanceof IntervalSet || wanted.kind === 'cell') break;
      return { kind: 'masked', negated, test: { field, family, ...bitsOf(wanted) } };
    }
    default:
  }
  throw new Error(`XDP has been given a test of ${test.kind}, which it refuses`);
}

type MemoryEffect = Extract<Effect, { readonly kind: 'remember' | 'forget' }>;

export function isOfMemory(effect: Effect): effect is MemoryEffect {
  return effect.kind === 'remember' || effect.kind === 'forget';
}

/** An effect on a memory, asked behind all else. */
export function memoryEffect(
  { kind, memory, key, duration }: MemoryEffect,
  limiters: Limiters,
  origin: Origin,
): Condition {
  return {
    kind,
    negated: false,
    tables: limiters.memoryTables(memory, origin),
    field: endOf(key),
    lasts: inNanoseconds(duration ?? memory.timeout),
  };
}

/** Which address a key of one part is. */
function endOf([end, ...others]: readonly MemoryKeyField[]): 'source' | 'destination' {
  if ((end !== 'source' && end !== 'destination') || others.length > 0) {
    throw new Error('XDP has been given a memory that it refuses');
  }
  return end;
}

function fieldOf({ field }: MaskedTest): PacketField {
  if (field === 'state') throw new Error('frames have no state');
  return field;
}

function bitsOf({ value, mask }: { readonly value: number | bigint; readonly mask: number | bigint }): {
  readonly value: bigint;
  readonly mask: bigint;
} {
  return { value: BigInt(value) & BigInt(mask), mask: BigInt(mask) };
}

/** A gate, asked behind all else. `row`: the row of a table that its rule is for. */
export function gateCondition(gate: Gate, limiters: Limiters, origin: Origin, row: number | undefined): Condition {
  if (gate.kind === 'sample') return { kind: 'sample', one: gate.one, of: gate.of };
  if (gate.kind !== 'rate') throw new Error('XDP has been given a limit that it refuses');
  return limitCondition(gate, limiters, origin, row);
}

/** A limit of packets; those of a row have found their rate. */
export function limitCondition(
  gate: RateGate,
  limiters: Limiters,
  origin: Origin,
  row: number | undefined,
): LimitCondition {
  const { rate } = gate;
  if ('kind' in rate) throw new Error('a program has been given a rate of no row');
  return limiters.conditionOf({ gate, rate, origin, row: gate.rows.length > 0 ? row : undefined });
}
