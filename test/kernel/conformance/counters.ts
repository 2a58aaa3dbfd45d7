/** What the kernel counted, held against what the reference counted. */
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import type { Count, State } from '../../../compiler/semantics/state.ts';
import type { Lab } from '../../../cli/lab/lab.ts';

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
  const counts: Counts = new Map();
  for (const { counter, set, map } of await listed(lab)) {
    if (counter !== undefined) add(counts, counter.name, counter);
    for (const { elem } of (set ?? map)?.elem ?? []) {
      const name = rowCounter((set ?? map)?.name ?? '', elem?.comment, tables);
      if (elem?.counter !== undefined && name !== undefined) add(counts, name, elem.counter);
    }
  }
  return counts;
}

/** One kind after the other: nft 1.0.6 cannot list some of the rules it has loaded (an assertion of its own fails). */
async function listed(lab: Lab): Promise<Listing['nftables']> {
  const objects: Listing['nftables'][number][] = [];
  // A policy without a rule for nftables has no table there.
  if (!(await lab.exec(['nft', 'list', 'tables'])).includes(`inet ${TABLE}\n`)) return objects;
  for (const kind of ['counters', 'sets', 'maps']) {
    const listing = await lab.exec([
      'nft',
      '-j',
      'list',
      kind,
      ...(kind === 'counters' ? ['table', 'inet', TABLE] : ['inet']),
    ]);
    objects.push(...(JSON.parse(listing) as Listing).nftables);
  }
  return objects;
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
    const named = table === undefined || value === undefined;
    add(counts, named ? name.replaceAll(' ', '_') : `${table} ${cellName(value)}`, count);
  }
  return counts;
}

/** The reference calls rows by numbers for addresses; artifacts by the addresses themselves. */
function cellName(value: string): string {
  const [, number, length, rest = ''] = /^(\d+)\/(\d+)( .*)?$/.exec(value) ?? [];
  if (number === undefined) return value;
  const isIpv6 = BigInt(number) >> 32n !== 0n;
  const address = isIpv6 ? formatIpv6(BigInt(number)) : formatIpv4(Number(number));
  return address + (Number(length) === (isIpv6 ? 128 : 32) ? '' : `/${length}`) + rest;
}

function add(counts: Counts, name: string, { packets, bytes }: ListedCounter): void {
  const before = counts.get(name) ?? { packets: 0, bytes: 0 };
  counts.set(name, { packets: before.packets + packets, bytes: before.bytes + bytes });
}

/** Lines for the counters that differ; a counter that is missing stands at zero. */
export function differingCounters(expected: Counts, seen: Counts): string[] {
  const names = [...new Set([...expected.keys(), ...seen.keys()])].toSorted();
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
