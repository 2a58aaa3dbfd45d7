/**
 * Prefixes of 128 bits as prefixes of 32. All that columns are asked of prefixes is which of them holds which, and in what order they
 * come: a bit for each fork on the way to a prefix tells that, where each fork halves what is below it.
 */

/** A prefix without host bits. */
export interface WidePrefix {
  readonly value: bigint;
  readonly length: number;
}

/** A prefix of 32 bits; of length 0 the one that holds every address, of length 32 a single address. */
export interface EmbeddedPrefix {
  readonly address: number;
  readonly length: number;
}

const WIDTH = 128;
const EMBEDDED_WIDTH = 32;

/**
 * The embedded prefix of each, by its `prefixKey`. Empty where so many prefixes hold one another that 32 bits do not tell
 * them.
 */
export function embedPrefixes(prefixes: readonly WidePrefix[]): ReadonlyMap<string, EmbeddedPrefix> {
  const distinct = [...new Map(prefixes.map((prefix) => [prefixKey(prefix), prefix])).values()];
  const roots = forestOf(distinct);
  const embedded = new Map<string, EmbeddedPrefix>();
  const [root] = roots;
  const isWhole = root?.prefix.length === 0;
  if (isWhole) embedded.set(prefixKey(root!.prefix), { address: 0, length: 0 });
  // One bit down, so that none but the whole has the length 0.
  return embed(isWhole ? root!.inside : roots, { address: 0, length: 1 }, embedded) ? embedded : new Map();
}

export function prefixKey({ value, length }: WidePrefix): string {
  return `${value}/${length}`;
}

/** A prefix with those that it holds, and that none in between holds; all in their order. */
interface Held {
  readonly prefix: WidePrefix;
  readonly inside: Held[];
  /** How many prefixes there are, with itself. */
  count: number;
}

function forestOf(prefixes: readonly WidePrefix[]): Held[] {
  const sorted = prefixes.toSorted((a, b) => (a.value === b.value ? a.length - b.length : a.value < b.value ? -1 : 1));
  const roots: Held[] = [];
  const open: Held[] = [];
  for (const prefix of sorted) {
    while (open.length > 0 && !holds(open.at(-1)!.prefix, prefix)) open.pop();
    const held: Held = { prefix, inside: [], count: 1 };
    (open.at(-1)?.inside ?? roots).push(held);
    for (const outer of open) outer.count++;
    open.push(held);
  }
  return roots;
}

function holds(outer: WidePrefix, inner: WidePrefix): boolean {
  const host = BigInt(WIDTH - outer.length);
  return outer.length <= inner.length && outer.value >> host === inner.value >> host;
}

/** Puts prefixes that do not hold one another below a place; false where that is too deep. */
function embed(list: readonly Held[], place: EmbeddedPrefix, embedded: Map<string, EmbeddedPrefix>): boolean {
  const [first, ...others] = list;
  if (!first) return true;
  if (others.length === 0 && first.prefix.length === WIDTH) {
    embedded.set(prefixKey(first.prefix), { address: place.address, length: EMBEDDED_WIDTH });
    return true;
  }
  // A length of 32 is a single address.
  if (place.length >= EMBEDDED_WIDTH) return false;
  const bit = 2 ** (EMBEDDED_WIDTH - 1 - place.length);
  const [zero, one] = [place.address, place.address + bit].map((address) => ({ address, length: place.length + 1 }));
  if (others.length === 0) {
    embedded.set(prefixKey(first.prefix), place);
    return embed(first.inside, zero!, embedded);
  }
  const middle = halfOf(list);
  return embed(list.slice(0, middle), zero!, embedded) && embed(list.slice(middle), one!, embedded);
}

/** Where a list of two or more is cut so that about half of its prefixes are on each side. */
function halfOf(list: readonly Held[]): number {
  const all = list.reduce((sum, { count }) => sum + count, 0);
  let before = 0;
  for (const [at, { count }] of list.entries()) {
    if (at > 0 && before + count / 2 > all / 2) return at;
    before += count;
  }
  return list.length - 1;
}
