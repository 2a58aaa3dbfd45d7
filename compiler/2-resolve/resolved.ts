/**
 * What a value of a policy stands for once its names are bound. Sets are constants as far as they are known now, and
 * formulas over what only a packet, a row or the running system tells: cells, memories, a zone's addresses.
 */
import type { DateLiteral } from '../../grammar/ast/index.ts';
import type { Cell, Rate } from '../model/condition.ts';
import type { Memory, Zone } from '../model/policy.ts';
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { ServiceSet } from './service-set.ts';

export type Formula<Leaf> =
  | Leaf
  | { readonly kind: 'any' | 'all'; readonly of: readonly Formula<Leaf>[] }
  | { readonly kind: 'not'; readonly of: Formula<Leaf> };

export type AddressLeaf =
  | { readonly kind: 'set'; readonly set: AddressSet }
  | Cell
  | { readonly kind: 'masked'; readonly family: 4 | 6; readonly value: bigint; readonly mask: bigint }
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'address of zone'; readonly zone: Zone };

export type NumberLeaf = { readonly kind: 'set'; readonly set: IntervalSet } | Cell;

export type ServiceLeaf =
  | { readonly kind: 'set'; readonly set: ServiceSet }
  /** Cells where the row decides; at least one of the two is a cell. `port` undefined: whatever the protocol carries. */
  | { readonly kind: 'service cell'; readonly protocol: Cell | number; readonly port: Cell | IntervalSet | undefined };

/** A set: the union of a constant part and of formulas. */
interface SetOf<Type, Set, Leaf> {
  readonly type: Type;
  readonly set: Set;
  readonly dynamic: readonly Formula<Leaf>[];
  /** Whether the policy says (`or empty`) that nothing in it is fine. */
  readonly orEmpty: boolean;
  /** What the policy calls it, where the value is one name. */
  readonly name?: string | undefined;
}

export type AddressValues = SetOf<'addresses', AddressSet, AddressLeaf>;
/** Integers, 64 bits wide until it is known what they count. */
export type NumberValues = SetOf<'numbers', IntervalSet, NumberLeaf>;
export type MacValues = SetOf<'macs', IntervalSet, NumberLeaf>;
export type ServiceValues = SetOf<'services', ServiceSet, ServiceLeaf>;

export type SetValues = AddressValues | NumberValues | MacValues | ServiceValues;

export type Resolved =
  | SetValues
  | { readonly type: 'rate'; readonly rate: Rate | Cell }
  | { readonly type: 'size'; readonly bytes: number | Cell }
  | { readonly type: 'duration'; readonly milliseconds: number | Cell }
  | { readonly type: 'percent'; readonly percent: number }
  | { readonly type: 'text'; readonly text: string | Cell }
  | { readonly type: 'date'; readonly date: DateLiteral | Cell }
  /** A cell of a column of `bool` or `enum`. */
  | { readonly type: 'word'; readonly cell: Cell }
  /** `any` */
  | { readonly type: 'any' }
  /** An empty list, of whatever is wanted. */
  | { readonly type: 'nothing'; readonly orEmpty: boolean }
  /** Something wrong that was reported where it stands. */
  | { readonly type: 'unknown' };

export const UNKNOWN: Resolved = { type: 'unknown' };

/** Width of integers whose field is not known yet. */
export const NUMBER_WIDTH = 64;
export const MAC_WIDTH = 48;

export const RESOLVED_TITLES: Readonly<Record<Resolved['type'], string>> = {
  addresses: 'a set of addresses',
  numbers: 'a number',
  macs: 'a MAC address',
  services: 'a service',
  rate: 'a rate',
  size: 'a size',
  duration: 'a duration',
  percent: 'a percentage',
  text: 'a text',
  date: 'a date',
  word: 'a word of a column',
  any: '`any`',
  nothing: 'an empty list',
  unknown: 'something unknown',
};

export function addresses(set: AddressSet): AddressValues {
  return { type: 'addresses', set, dynamic: [], orEmpty: false };
}

export function addressFormula(formula: Formula<AddressLeaf>): AddressValues {
  return { type: 'addresses', set: AddressSet.empty, dynamic: [formula], orEmpty: false };
}

export function numbers(set: IntervalSet): NumberValues {
  return { type: 'numbers', set, dynamic: [], orEmpty: false };
}

export function macs(set: IntervalSet): MacValues {
  return { type: 'macs', set, dynamic: [], orEmpty: false };
}

export function services(set: ServiceSet): ServiceValues {
  return { type: 'services', set, dynamic: [], orEmpty: false };
}

export function numberCell(cell: Cell): NumberValues {
  return { type: 'numbers', set: IntervalSet.empty(NUMBER_WIDTH), dynamic: [cell], orEmpty: false };
}

export function macCell(cell: Cell): MacValues {
  return { type: 'macs', set: IntervalSet.empty(MAC_WIDTH), dynamic: [cell], orEmpty: false };
}

/** Whether it is certain that nothing is in it. */
export function isEmptySet(value: Resolved): boolean {
  if (value.type === 'nothing') return true;
  return isSet(value) && value.dynamic.length === 0 && value.set.isEmpty();
}

export function isSet(value: Resolved): value is SetValues {
  return value.type === 'addresses' || value.type === 'numbers' || value.type === 'macs' || value.type === 'services';
}
