/**
 * A group that whoever does not meet some conditions leaves, and that then uses a chain's group, reads better as one group of the
 * chain's name. It can be one only where nothing else uses the chain's: the conditions are those of one place.
 */
import type { Item, Lists } from '../items.ts';

/** `guards`: groups that are a chain's behind conditions, which they end with the use of, and the chain. */
export function withGuardsInside(lists: Lists, guards: ReadonlyMap<string, string>): Lists {
  const uses = countUses(lists);
  const inside = new Map([...guards].filter(([, chain]) => uses.get(chain) === 1));
  const named = (item: Item): Item =>
    item.kind === 'use' && inside.has(item.group) ? { ...item, group: inside.get(item.group)! } : item;
  const guardOf = new Map([...inside].map(([guard, chain]) => [chain, guard]));
  const groups = new Map<string, Item[]>();
  for (const [name, items] of lists.groups) {
    if (inside.has(name)) continue;
    const guard = guardOf.get(name);
    const before = guard === undefined ? [] : lists.groups.get(guard)!.slice(0, -1);
    groups.set(name, [...before, ...items].map(named));
  }
  const blocks = new Map([...lists.blocks].map(([name, items]) => [name, items.map(named)]));
  return { ...lists, blocks, groups };
}

function countUses({ blocks, groups }: Lists): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const items of [...blocks.values(), ...groups.values()]) {
    for (const item of items) if (item.kind === 'use') uses.set(item.group, (uses.get(item.group) ?? 0) + 1);
  }
  return uses;
}
