/** Regions for both families, where they are alike in all but addresses. */
import type { Region } from './regions.ts';

/** Regions of one family that are alike in all but addresses become one, pair by pair in their order. */
export function withBothFamilies(regions: readonly Region[]): readonly Region[] {
  const waiting = new Map<string, Region[]>();
  const joined: Region[] = [];
  for (const region of regions.filter(({ parts }) => parts[0]!.family === 6)) {
    const key = besidesAddresses(region);
    waiting.set(key, [...(waiting.get(key) ?? []), region]);
  }
  for (const region of regions.filter(({ parts }) => parts[0]!.family === 4)) {
    const other = waiting.get(besidesAddresses(region))?.shift();
    joined.push(other ? bothOf(region, other) : region);
  }
  return [...joined, ...[...waiting.values()].flat()];
}

function bothOf(one: Region, other: Region): Region {
  const changes = [...new Set([...one.changes, ...other.changes])].toSorted((a, b) => a - b);
  return { kind: one.kind, changes, parts: [...one.parts, ...other.parts] };
}

/** Equal for regions that differ in family and addresses alone. */
function besidesAddresses({ kind, parts }: Region): string {
  const { sets, rows } = parts[0]!;
  const texts = [...sets].flatMap(([key, set]) => (isAddressKey(key) ? [] : [`${key}=${set.fingerprint()}`]));
  const found = [...rows].map(([key, { numbers }]) => `${key}=${numbers.fingerprint()}`);
  return [kind, ...texts, ...found].join('\n');
}

function isAddressKey(key: string): boolean {
  return /^(source|destination)\//.test(key);
}
