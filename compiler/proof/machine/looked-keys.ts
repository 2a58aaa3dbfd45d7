/** What is looked up by keys of the same fields: sets and tables that have a name. */
import type { Family } from '../../4-program/program.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import type { LayoutField } from '../fields.ts';
import type { KeyRows } from './key-rows.ts';
import type { Region } from './key-sweep.ts';
import type { KeyData, KeyTable } from './key-tables.ts';

/** A field of a key. */
export interface KeyField {
  readonly field: LayoutField;
  /** For addresses. */
  readonly family: Family | undefined;
  readonly width: number;
}

/** Keys that have a variable of their own. */
export interface NamedSet {
  readonly keys: KeyRows;
  readonly variable: number;
}

/** A table that texts name by its number. */
export interface NamedTable {
  table: KeyTable;
  readonly number: number;
  readonly text: (data: KeyData, row: number) => string;
  readonly fields: readonly KeyField[];
}

/** All that is looked up by keys of the same fields. */
export interface LookedKey {
  readonly fields: readonly KeyField[];
  readonly sets: NamedSet[];
  /** Sets that are followed bit by bit. */
  readonly small: Set<IntervalSet>;
  readonly tables: Map<string, NamedTable[]>;
  /** Keys at which two tables do not agree. */
  readonly clashes: (readonly Uint32Array[])[];
  regions: readonly Region[] | undefined;
}

/** Sets that others are cut along; with more of them the cutting is left out. */
const MOST_BLOCKS = 4096;

/** The sets along which those of the key are cut, so that it is known how they lie to each other. */
export function cutsOf({ fields, small }: LookedKey): readonly IntervalSet[] {
  return fields.length === 1 && small.size <= MOST_BLOCKS ? [...small] : [];
}
