/** Counters as `nft` lists them, as text (`nft list counters`, `nft list ruleset`) or as JSON (`nft -j list …`). */

/** The packets of each counter of the table, by name; undefined where the text is no listing of nft. */
export function readCounters(text: string, table: string): ReadonlyMap<string, number> | undefined {
  return /^\s*\{/.test(text) ? fromJson(text, table) : fromText(text, table);
}

interface ListedCounter {
  readonly family: unknown;
  readonly table: unknown;
  readonly name: unknown;
  readonly packets: unknown;
}

function fromJson(text: string, table: string): ReadonlyMap<string, number> | undefined {
  let listing: unknown;
  try {
    listing = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(listing) || !Array.isArray(listing['nftables'])) return undefined;
  const counters = new Map<string, number>();
  for (const one of listing['nftables'] as readonly unknown[]) {
    const counter =
      isObject(one) && isObject(one['counter']) ? (one['counter'] as unknown as ListedCounter) : undefined;
    if (counter?.family !== 'inet' || counter.table !== table) continue;
    const { name, packets } = counter;
    if (typeof name === 'string' && typeof packets === 'number') counters.set(name, packets);
  }
  return counters;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const TABLE = /^table (\S+) (\S+) \{$/;
const COUNTER = /^counter (\S+) \{$/;
const PACKETS = /^packets (\d+) bytes \d+$/;

function fromText(text: string, table: string): ReadonlyMap<string, number> | undefined {
  const counters = new Map<string, number>();
  let isListing = false;
  let isOurs = false;
  let counter: string | undefined;
  for (const line of text.split('\n')) {
    const words = line.trim();
    const head = TABLE.exec(words);
    if (head) {
      isListing = true;
      isOurs = head[1] === 'inet' && head[2] === table;
    }
    counter = words === '}' ? undefined : (COUNTER.exec(words)?.[1] ?? counter);
    const packets = PACKETS.exec(words)?.[1];
    if (isOurs && counter !== undefined && packets !== undefined) counters.set(counter, Number(packets));
  }
  return isListing ? counters : undefined;
}
