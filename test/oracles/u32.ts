/** What the filter `u32` does with a header (net/sched/cls_u32.c), by the filters' text. */
import type { ClassFilter } from '../../backends/tc/class-filters.ts';

interface Key {
  readonly at: number;
  readonly value: bigint;
  readonly mask: bigint;
  readonly bytes: number;
}

interface Node {
  readonly order: number;
  readonly keys: readonly Key[];
  readonly number: number | undefined;
  readonly link: { readonly table: string; readonly at: number; readonly mask: number } | undefined;
}

/** Offsets of what has a name in tc (man tc-u32), and its width in bytes. */
const NAMED: Readonly<Record<string, readonly [at: number, bytes: number]>> = {
  'ip src': [12, 4],
  'ip dst': [16, 4],
  'ip tos': [1, 1],
  'ip protocol': [9, 1],
  'ip6 src': [8, 16],
  'ip6 dst': [24, 16],
};

export class U32 {
  /** By the table, and the number of its list. */
  readonly #lists = new Map<string, Node[]>();
  readonly #divisors = new Map<string, number>();

  constructor(filters: readonly ClassFilter[]) {
    for (const { handle, what, number } of filters) {
      const divisor = /^u32 divisor (\d+)$/.exec(what);
      const [table = '', list = '', order = ''] = handle.split(':');
      if (divisor) {
        if (this.#divisors.has(table)) throw new Error(`table ${table} is made twice`);
        this.#divisors.set(table, Number(divisor[1]));
        continue;
      }
      const own = /^u32 ht ([0-9a-f]+):([0-9a-f]*): (.*)$/.exec(what);
      if (own?.[1] !== table || own[2] !== list) throw new Error(`${handle} is not in the list that it says: ${what}`);
      if (!/^80[01]$/.test(table) && Number(`0x${list}`) >= this.#divisors.get(table)!) {
        throw new Error(`no list ${handle}`);
      }
      const node = { ...nodeOf(own[3]!), order: Number(`0x${order}`), number };
      if (node.link && !this.#divisors.has(node.link.table)) throw new Error(`${what}: there is no such table yet`);
      const nodes = this.#lists.get(`${table}:${list || '0'}`) ?? [];
      if (nodes.some((other) => other.order === node.order)) throw new Error(`${handle} is made twice`);
      nodes.push(node);
      this.#lists.set(
        `${table}:${list || '0'}`,
        nodes.toSorted((one, other) => one.order - other.order),
      );
    }
  }

  get tables(): number {
    return this.#divisors.size;
  }

  /** The class, and how many filters were asked. */
  classify(family: 4 | 6, header: Uint8Array): { readonly found: number | undefined; readonly asked: number } {
    let asked = 0;
    const walk = (list: string): number | undefined => {
      for (const { keys, number, link } of this.#lists.get(list) ?? []) {
        asked += 1;
        if (!keys.every((key) => holds(key, header))) continue;
        if (number !== undefined) return number;
        const found = link && walk(`${link.table}:${bucket(link, header).toString(16)}`);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return { found: walk(family === 4 ? '800:0' : '801:0'), asked };
  }
}

function holds({ at, value, mask, bytes }: Key, header: Uint8Array): boolean {
  return (bigOf(header.subarray(at, at + bytes)) & mask) === value;
}

function bigOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** u32_hash_fold: what the mask leaves of a word, from its lowest bit on. */
function bucket({ at, mask }: { readonly at: number; readonly mask: number }, header: Uint8Array): number {
  const shift = Math.log2((mask & -mask) >>> 0);
  return ((Number(bigOf(header.subarray(at, at + 4))) & mask) >>> 0) / 2 ** shift;
}

function nodeOf(text: string): Pick<Node, 'keys' | 'link'> {
  const link = / link ([0-9a-f]+): hashkey mask (0x[0-9a-f]{8}) at (\d+)$/.exec(text);
  const matches = (link ? text.slice(0, link.index) : text).split(/(?:^| )match /).slice(1);
  return {
    keys: matches.map(keyOf),
    link: link ? { table: link[1]!, mask: Number(link[2]) | 0, at: Number(link[3]) } : undefined,
  };
}

function keyOf(text: string): Key {
  const words = text.split(' ');
  const named = NAMED[words.slice(0, 2).join(' ')];
  if (named) {
    const [at, bytes] = named;
    const [address, length] = words[2]!.split('/');
    if (length === undefined) return { at, bytes, value: BigInt(words[2]!), mask: BigInt(words[3]!) };
    const bits = BigInt(8 * bytes);
    return { at, bytes, value: addressOf(address!), mask: ((1n << BigInt(length)) - 1n) << (bits - BigInt(length)) };
  }
  const raw = /^u(8|16|32) (\S+) (\S+)(?: at (\d+))?$/.exec(text);
  if (!raw) throw new Error(`\`${text}\` is no match of u32's`);
  return { bytes: Number(raw[1]) / 8, value: BigInt(raw[2]!), mask: BigInt(raw[3]!), at: Number(raw[4] ?? 0) };
}

function addressOf(text: string): bigint {
  if (!text.includes(':')) return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const [before = '', after] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = 8 - groups(before).length - groups(after).length;
  const all = [...groups(before), ...Array<string>(after === undefined ? 0 : missing).fill('0'), ...groups(after)];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
