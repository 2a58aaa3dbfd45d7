/** What the kernel counted, held against what the reference counted. */
import type { Count, State } from '../../../compiler/semantics/state.ts';
import type { Lab } from '../harness/lab.ts';

/** Counters by name: `smtp`, `lan sent`; of rows `members 1003 sent`. */
export type Counts = Map<string, Count>;

interface ListedCounter {
  readonly packets: number;
  readonly bytes: number;
}

interface ListedSet {
  readonly name: string;
  readonly elem?: readonly { readonly elem?: { readonly counter?: ListedCounter; readonly comment?: string } }[];
}

interface Listing {
  readonly nftables: readonly {
    readonly counter?: ListedCounter & { readonly name: string };
    readonly set?: ListedSet;
    readonly map?: ListedSet;
  }[];
}

const TABLE = 'sluice';

/** Reads every counter of the loaded rule set. `tables` are the names of the policy's tables. */
export async function countersOf(lab: Lab, tables: readonly string[]): Promise<Counts> {
  const listing = JSON.parse(await lab.exec(['nft', '-j', 'list', 'table', 'inet', TABLE])) as Listing;
  const counts: Counts = new Map();
  for (const { counter, set, map } of listing.nftables) {
    if (counter !== undefined) add(counts, counter.name, counter);
    for (const { elem } of (set ?? map)?.elem ?? []) {
      const name = rowCounter((set ?? map)?.name ?? '', elem?.comment, tables);
      if (elem?.counter !== undefined && name !== undefined) add(counts, name, elem.counter);
    }
  }
  return counts;
}

/** Sets of rows are called after their table and what they count; the row stands in the comment. */
function rowCounter(set: string, comment: string | undefined, tables: readonly string[]): string | undefined {
  const table = tables.find((name) => set.startsWith(`${name}_`));
  if (table === undefined || comment === undefined) return undefined;
  const direction = /_(sent|received)/.exec(set)?.[1];
  return direction === undefined ? `${table} ${comment}` : `${table} ${comment} ${direction}`;
}

/** The same of the reference's state. */
export function countersIn(state: State): Counts {
  const counts: Counts = new Map();
  for (const [name, count] of state.counters.entries()) {
    const [, table, value] = /^([^.]+)\.[^=]+=(.*)$/.exec(name) ?? [];
    add(counts, table === undefined || value === undefined ? name.replaceAll(' ', '_') : `${table} ${value}`, count);
  }
  return counts;
}

function add(counts: Counts, name: string, { packets, bytes }: ListedCounter): void {
  const before = counts.get(name) ?? { packets: 0, bytes: 0 };
  counts.set(name, { packets: before.packets + packets, bytes: before.bytes + bytes });
}

/** Lines for the counters that differ; a counter that is missing stands at zero. */
export function differingCounters(expected: Counts, seen: Counts): string[] {
  const names = [...new Set([...expected.keys(), ...seen.keys()])].sort();
  return names.flatMap((name) => {
    const [one, another] = [expected.get(name) ?? NOTHING, seen.get(name) ?? NOTHING];
    const same = one.packets === another.packets && one.bytes === another.bytes;
    return same ? [] : [`${name}: expected ${text(one)}, seen ${text(another)}`];
  });
}

const NOTHING: Count = { packets: 0, bytes: 0 };

function text({ packets, bytes }: Count): string {
  return `${packets} packets ${bytes} bytes`;
}
