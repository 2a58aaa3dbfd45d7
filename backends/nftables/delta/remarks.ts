/** What there is to know before a delta is loaded: what does not stay, and what takes long. */
import type { FormerBuild } from '../../../compiler/plane.ts';
import { formerUnloads } from '../host/index.ts';
import type { HostFile } from '../host/host-file.ts';
import { isStateful, type Changes } from './changes.ts';
import type { ChainPart, RulesetParts, SetPart } from './ruleset-parts.ts';

/** A line each. */
export function remarksAbout(
  changes: Changes,
  before: RulesetParts,
  former: FormerBuild,
  hostFiles: readonly HostFile[],
): readonly string[] {
  return [
    ...stateLost(changes, before),
    ...changes.emptied.map(
      ({ name }) => `${name}: its limit is another one, so its buckets and connections start anew`,
    ),
    ...changes.rewritten
      .filter(hasOwnState(before))
      .map(({ name }) => `${name}: rules of it count or limit in words of nftables' own, and are written anew`),
    ...changes.changed
      .filter(({ isWhole }) => isWhole)
      .map(
        ({ set }) =>
          `${set.name}: ${set.elements.count()} intervals, written as a whole, which takes as long as loading them`,
      ),
    ...formerUnloads(former.files, hostFiles),
  ];
}

/** Sets that have to be made anew, and the counters or buckets of their elements with them. */
function stateLost({ removed, added }: Changes, before: RulesetParts): readonly string[] {
  const names = new Set(removed.sets.map(({ name }) => name));
  return added.sets
    .filter(({ name }) => names.has(name) && hasState(before.sets.get(name)))
    .map(({ name }) => `${name}: it is made anew, for it has another type or size, and what its elements held is lost`);
}

function hasState(set: SetPart | undefined): boolean {
  return set !== undefined && set.lines.some(isStateful);
}

/** What a rule itself would hold, and not a set or object that it names. */
const OWN_STATE = /\b(limit rate|quota|counter(?! name)|numgen inc|ct count|last)\b/;

/** Whether a rule that was there before, and is to be written again, holds something. */
function hasOwnState(before: RulesetParts): (chain: ChainPart) => boolean {
  return ({ name, rules }) => {
    const known = new Set(before.chains.get(name)?.rules);
    return rules.some((rule) => known.has(rule) && OWN_STATE.test(rule.replaceAll(/"[^"]*"|\{[^}]*\}/g, '')));
  };
}
