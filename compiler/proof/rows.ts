/**
 * `each` without a walk over rows: a key finds one row of a table at most, and which one is for the diagrams an unknown of its
 * own, a number for each class of rows that the policy or the plan treats alike.
 */
import type { View } from '../model/condition.ts';
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { AddressField, NumberField } from '../model/fields.ts';
import type { Diagram } from './diagrams.ts';
import type { PacketTests } from './packet-tests.ts';
import { packetsWithin } from './row-bounds.ts';

/** A field of the packet against a column. */
export interface ColumnTest {
  readonly field: AddressField | NumberField;
  readonly view: View;
  readonly column: string;
}

/** Row numbers, ascending; undefined: all. */
export type RowNumbers = Uint32Array | undefined;

/** The classes of one table's rows: rows of one class are in the same ones of the lists that the classes were made from. */
export class RowClasses {
  #classOf: Uint32Array;
  #count = 1;

  constructor(table: Table) {
    this.#classOf = new Uint32Array(table.rowCount);
  }

  /** From now on, the rows of this list are in classes of their own. */
  distinguish(rows: RowNumbers): void {
    if (!rows) return;
    const within = new Map<number, number>();
    const classes = this.#classOf.slice();
    for (const row of rows) {
      const before = this.#classOf[row]!;
      let after = within.get(before);
      if (after === undefined) within.set(before, (after = this.#count++));
      classes[row] = after;
    }
    this.#classOf = classes;
  }

  /** The classes of the rows in the list. */
  of(rows: RowNumbers): ReadonlySet<number> {
    if (!rows) return new Set(this.#classOf);
    const classes = new Set<number>();
    for (const row of rows) classes.add(this.#classOf[row]!);
    return classes;
  }

  /** The rows of the classes, ascending. */
  rowsOf(classes: ReadonlySet<number>): Uint32Array {
    const all = Uint32Array.from(this.#classOf, (_, row) => row);
    return all.filter((row) => classes.has(this.#classOf[row]!));
  }

  /** How many classes there are, those without a row included. */
  get count(): number {
    return this.#count;
  }
}

/** The row that a key finds. */
export interface FoundRow {
  /** Tells it from the rows that other keys find. */
  readonly name: string;
  /** The packets for which a row of the list is found. */
  readonly among: (rows: RowNumbers) => Diagram;
}

/** A key that finds rows: the number of the row's class plus one is in its variables, 0 where it finds none. */
export interface FoundKey {
  readonly table: Table;
  readonly key: readonly ColumnTest[];
  readonly classes: RowClasses;
}

export class RowFinder {
  readonly #packets: PacketTests;
  readonly #classes = new Map<Table, RowClasses>();
  readonly #names = new Map<Table, string>();
  readonly #keys = new Map<string, FoundKey>();

  constructor(packets: PacketTests) {
    this.#packets = packets;
  }

  /** Tells the table from others of its name: each shaper numbers the rows of one table for itself. */
  #nameOf(table: Table): string {
    let own = this.#names.get(table);
    if (own === undefined) {
      const namesakes = [...this.#names.keys()].filter(({ name }) => name === table.name).length;
      this.#names.set(table, (own = namesakes === 0 ? table.name : `${table.name} (${namesakes + 1})`));
    }
    return own;
  }

  /** The keys that rows were found by, by the text of their variables. */
  get keys(): ReadonlyMap<string, FoundKey> {
    return this.#keys;
  }

  classesOf(table: Table): RowClasses {
    let classes = this.#classes.get(table);
    if (!classes) this.#classes.set(table, (classes = new RowClasses(table)));
    return classes;
  }

  /**
   * The row of the table that the key finds: the only one where the table promises so (the loader has checked it); otherwise
   * the first one of `rows`, so that the list belongs to what is found.
   */
  find(table: Table, key: readonly ColumnTest[], rows: RowNumbers): FoundRow {
    const classes = this.classesOf(table);
    const by = keyText(key);
    const from = isUnique(table, key) ? '' : ` among ${[...classes.of(rows)].toSorted((a, b) => a - b).join()}`;
    const name = `${this.#nameOf(table)} by ${by}${from}`;
    const { diagrams } = this.#packets;
    const bits = Math.ceil(Math.log2(classes.count + 1));
    const text = `row of ${name}`;
    const first = this.#packets.freeLevels(text, bits);
    this.#keys.set(text, { table, key, classes });
    const within = packetsWithin(table, key, this.#packets);
    return {
      name,
      among: (list) => {
        const numbers = [...classes.of(list)].map((one) => [one + 1, one + 1] as const);
        const found = diagrams.inSet(first, IntervalSet.fromIntervals(bits, numbers));
        return diagrams.when(within, found);
      },
    };
  }
}

/** Equal for equal keys, whatever their order. */
export function keyText(key: readonly ColumnTest[]): string {
  const parts = new Set(key.map(({ field, view, column }) => `${field}/${view}=${column}`));
  return [...parts].toSorted().join(' ');
}

/** Whether no two rows match one packet: a declared key, in which rows never overlap, is part of this one. */
export function isUnique(table: Table, key: readonly ColumnTest[]): boolean {
  const columns = new Set(key.map(({ column }) => column));
  return table.keys.some((declared) => declared.every((name) => columns.has(name)));
}
