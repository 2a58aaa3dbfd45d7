/** What the two policies call sets of values: their lists, columns of tables, services. */
import type { ProgramItem, Program } from '../../4-program/program.ts';
import { everyRule } from '../../4-program/every-rule.ts';
import type { Origin } from '../../model/policy.ts';
import type { Column, Table } from '../../model/table.ts';
import { IntervalSet } from '../../net/interval-set.ts';

interface Named {
  readonly name: string;
  readonly set: IntervalSet;
}

/** A set as names, and what no name is for. */
export interface Spelled {
  readonly names: readonly string[];
  readonly rest: IntervalSet;
}

/** Larger sets are not taken apart into several names. */
const MOST_NAMES = 6;
/** So many intervals, or names of what is left out, may stand beside names. */
const FEW = 3;

export class Names {
  readonly #addresses = { 4: new Map<string, IntervalSet>(), 6: new Map<string, IntervalSet>() };
  readonly #services = new Map<string, IntervalSet>();
  readonly #sorted = new Map<ReadonlyMap<string, IntervalSet>, readonly Named[]>();

  /** Names of the first program come first where both have one for a set. */
  constructor(programs: readonly Program[]) {
    for (const { stages } of programs) {
      for (const { implied, items } of stages) {
        this.#ofRules([...implied, ...items]);
        this.#ofTables(items);
      }
    }
  }

  /** A set of addresses in the policies' names, as far as they go. */
  addresses(set: IntervalSet, family: 4 | 6): Spelled {
    return this.#spelled(set, this.#addresses[family]);
  }

  services(set: IntervalSet): Spelled {
    return this.#spelled(set, this.#services);
  }

  #spelled(set: IntervalSet, known: ReadonlyMap<string, IntervalSet>): Spelled {
    const direct = this.#taken(set, known);
    if (direct.rest.isEmpty() || direct.rest.intervalCount <= FEW) return direct;
    return this.#without(set, known) ?? { names: [], rest: set };
  }

  /** Named sets that are part of the set, the largest first, and what is left. */
  #taken(set: IntervalSet, known: ReadonlyMap<string, IntervalSet>): Spelled {
    for (const [name, own] of known) if (own.equals(set)) return { names: [name], rest: IntervalSet.empty(set.width) };
    const names: string[] = [];
    let rest = set;
    for (const { name, set: own } of this.#bySize(known)) {
      if (names.length === MOST_NAMES || rest.isEmpty()) break;
      if (own.isEmpty() || !own.isSubsetOf(rest)) continue;
      names.push(name);
      rest = rest.subtract(own);
    }
    return { names, rest };
  }

  /** `members.room - blocks.room`: the smallest named set around it, without one or a few others. */
  #without(set: IntervalSet, known: ReadonlyMap<string, IntervalSet>): Spelled | undefined {
    const around = this.#bySize(known).findLast(({ set: own }) => set.isSubsetOf(own));
    if (!around) return undefined;
    const { names, rest } = this.#taken(around.set.subtract(set), known);
    if (!rest.isEmpty() || names.length > FEW) return undefined;
    return { names: [[around.name, ...names].join(' - ')], rest };
  }

  #bySize(known: ReadonlyMap<string, IntervalSet>): readonly Named[] {
    let sorted = this.#sorted.get(known);
    if (!sorted) {
      const sized = [...known].map(([name, own]) => ({ name, set: own, size: own.size() }));
      sorted = sized.toSorted((a, b) => (a.size === b.size ? 0 : a.size > b.size ? -1 : 1));
      this.#sorted.set(known, sorted);
    }
    return sorted;
  }

  #ofRules(items: readonly ProgramItem[]): void {
    for (const { atoms } of everyRule(items)) {
      for (const { test } of atoms) {
        if (!('name' in test) || test.name === undefined || !(test.in instanceof IntervalSet)) continue;
        if (test.kind === 'address') add(this.#addresses[test.family], test.name, test.in);
        else if (test.kind === 'number' && test.field === 'service') add(this.#services, test.name, test.in);
      }
    }
  }

  /** `members.room`, and what an `each` picks from it: `members.room where plan == trial`. */
  #ofTables(items: readonly ProgramItem[]): void {
    for (const item of items) {
      if (item.kind === 'rule') continue;
      if (item.kind === 'each') {
        const { table } = item.row;
        this.#ofColumns(table, undefined, '');
        const where = item.rows && pickedBy(item.origin, item.row.name);
        if (item.rows && where) this.#ofColumns(table, item.rows, ` ${where}`);
      }
      this.#ofTables(item.items);
    }
  }

  #ofColumns(table: Table, rows: Uint32Array | undefined, where: string): void {
    for (const column of table.columns) {
      const name = `${table.name}.${column.name}${where}`;
      for (const family of [4, 6] as const) {
        if (this.#addresses[family].has(name)) continue;
        const set = addressesOf(column, rows, family);
        if (set) add(this.#addresses[family], name, set);
      }
    }
  }
}

function add(names: Map<string, IntervalSet>, name: string, set: IntervalSet): void {
  if (!names.has(name)) names.set(name, set);
}

/** `where kind == pc`, of `each d in devices where d.kind == pc`; undefined: nothing is picked. */
function pickedBy({ text }: Origin, variable: string): string | undefined {
  const [, condition] = / where (.*)$/.exec(text) ?? [];
  return condition === undefined ? undefined : `where ${condition.replaceAll(`${variable}.`, '')}`;
}

function addressesOf({ data, present }: Column, rows: Uint32Array | undefined, family: 4 | 6): IntervalSet | undefined {
  if (data.store !== (family === 4 ? 'prefix4' : 'prefix6')) return undefined;
  const all = rows ?? Uint32Array.from(data.lengths, (_, row) => row);
  const filled = present ? all.filter((row) => present[row] !== 0) : all;
  const lengths = Uint8Array.from(filled, (row) => data.lengths[row]!);
  if (data.store === 'prefix4') {
    return IntervalSet.fromPrefixes32(
      Uint32Array.from(filled, (row) => data.addresses[row]!),
      lengths,
    );
  }
  const words = Uint32Array.from(
    { length: filled.length * 4 },
    (_, at) => data.words[filled[at >> 2]! * 4 + (at & 3)]!,
  );
  return IntervalSet.fromPrefixes128(words, lengths);
}
