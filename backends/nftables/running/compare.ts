/** Where the rule set in the kernel is not the one that a policy compiles to. Both are listed by nft, in nft's own words. */
import type { RunningDifference, RunningRules } from '../../../compiler/plane.ts';
import { readListing, type ListedPart } from './listing.ts';

/** `running` and `built`: listings. Undefined: `running` has no table of Sluice's. */
export function compareListings(table: string, running: string, built: string): RunningRules | undefined {
  const there = readListing(running, table);
  const wanted = readListing(built, table);
  if (!wanted) throw new Error('nft does not list what it has loaded');
  if (!there) return undefined;
  const names = [...new Set([...wanted.parts.keys(), ...there.parts.keys()])];
  const differences = names.flatMap((name) => differenceOf(name, there.parts.get(name), wanted.parts.get(name)) ?? []);
  return { build: there.build, differences };
}

function differenceOf(
  part: string,
  running: ListedPart | undefined,
  built: ListedPart | undefined,
): RunningDifference | undefined {
  const lines = { running: running?.lines ?? [], built: built?.lines ?? [] };
  const elements = { running: running?.elements ?? [], built: built?.elements ?? [] };
  const isAlike = isSame(lines.running, lines.built) && isSame(elements.running, elements.built);
  if (running && built && isAlike) return undefined;
  const onlyRunning = [...without(lines.running, lines.built), ...without(elements.running, elements.built)];
  const onlyBuilt = [...without(lines.built, lines.running), ...without(elements.built, elements.running)];
  return {
    part,
    presence: running && built ? 'both' : running ? 'running' : 'built',
    onlyRunning,
    onlyBuilt,
    isReordered: Boolean(running && built) && onlyRunning.length + onlyBuilt.length === 0,
  };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}

/** Those of `lines` that `others` does not have, as often as it does not have them. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}
