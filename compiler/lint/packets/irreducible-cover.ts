/**
 * Which rules before keep all packets from one: a set of which none can be left out; the smallest there is, where few come into
 * question.
 */
import type { Family } from '../../4-program/program.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import { NOTHING, type Diagram } from '../../proof/diagrams.ts';
import type { Origin } from '../../model/policy.ts';
import type { CoverDiagrams } from './cover-question.ts';
import { keyOf, ruleOf } from './entries.ts';
import type { PlacedEntry } from './policy-coverage.ts';
import type { StageCoverage } from './stage-coverage.ts';

/** An entry's packets of one family. */
interface Part {
  readonly coverage: StageCoverage;
  readonly entry: number;
  readonly family: Family;
}

/** Keepers that stand in one rule of the policy, for each part. */
interface Group {
  readonly origin: Origin;
  readonly keepers: readonly (readonly number[])[];
}

export interface Cover {
  /** The rules, in the order in which packets meet them. */
  readonly origins: readonly Origin[];
  /** Whether no smaller set keeps all packets, either. */
  readonly isSmallest: boolean;
  /** A packet that is for the rule, and the rule that decides about it instead. */
  readonly packet: { readonly text: string; readonly keeper: Origin };
}

/** Of rules for more rows, uses and families than this, the first parts are explained. */
const MOST_PARTS = 16;
/** So many rules may be tried in every combination. */
const MOST_CANDIDATES = 12;

/** Why no packet reaches a rule; undefined: some do, or diagrams would be too large. */
export function coverOfRule(entries: readonly PlacedEntry[]): Cover | undefined {
  const parts = partsOf(entries);
  const covers = parts.map(({ coverage, entry, family }) => coverage.coverOf(entry, family));
  const found = covers.map((cover) => (typeof cover === 'string' ? [] : cover));
  const [first] = parts;
  if (!first || found.every((keepers) => keepers.length === 0)) return undefined;
  const candidates = groupsOf(parts, allKeepers(parts));
  const isFew = candidates.length <= MOST_CANDIDATES;
  const groups = (isFew ? smallest(parts, candidates) : undefined) ?? irreducible(parts, groupsOf(parts, found));
  const packet = packetOf(first);
  return packet && { origins: groups.map(({ origin }) => origin), isSmallest: isFew, packet };
}

function partsOf(entries: readonly PlacedEntry[]): Part[] {
  const parts = entries.flatMap(({ coverage, entry }): Part[] =>
    coverage.reachOf(entry) === 'unreached'
      ? familiesOf(ruleOf(coverage.entries, entry)).flatMap((family) =>
          coverage.regions.of(entry, family) ? [{ coverage, entry, family }] : [],
        )
      : [],
  );
  return parts.slice(0, MOST_PARTS);
}

/** For each part, every entry that keeps some packet of it. */
function allKeepers(parts: readonly Part[]): number[][] {
  return parts.map(({ coverage, entry, family }) => {
    const near = coverage.keepersBefore(entry);
    if (near.length > MOST_CANDIDATES * 4) return near;
    const meeting = coverage.ask((question) => {
      const own = question.packetsOf(entry, family);
      return near.filter((keeper) => question.keptBy(keeper, entry, own) !== NOTHING);
    });
    return meeting ?? near;
  });
}

function groupsOf(parts: readonly Part[], keepers: readonly (readonly number[])[]): Group[] {
  const groups = new Map<string, { readonly origin: Origin; readonly keepers: number[][] }>();
  parts.forEach(({ coverage }, part) => {
    for (const keeper of keepers[part]!) {
      const { origin } = ruleOf(coverage.entries, keeper);
      const key = keyOf(origin);
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { origin, keepers: parts.map(() => []) }));
      group.keepers[part]!.push(keeper);
    }
  });
  return [...groups.values()];
}

/** Combinations by their size: the first that keeps all packets. */
function smallest(parts: readonly Part[], groups: readonly Group[]): readonly Group[] | undefined {
  for (let size = 1; size <= groups.length; size++) {
    for (const combination of combinations(groups, size)) if (keepsAll(parts, combination)) return combination;
  }
  return undefined;
}

function* combinations<T>(list: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= list.length - size; at++) {
    for (const rest of combinations(list, size - 1, at + 1)) yield [list[at]!, ...rest];
  }
}

/** One by one, what the others do without goes. */
function irreducible(parts: readonly Part[], groups: readonly Group[]): readonly Group[] {
  let left = groups;
  for (const group of groups) {
    const others = left.filter((one) => one !== group);
    if (keepsAll(parts, others)) left = others;
  }
  return left;
}

function keepsAll(parts: readonly Part[], groups: readonly Group[]): boolean {
  return parts.every(({ coverage, entry, family }, part) => {
    const keepers = groups.flatMap((group) => group.keepers[part]!);
    return coverage.ask((question) => leftOf(question, entry, family, keepers)) === NOTHING;
  });
}

function leftOf(question: CoverDiagrams, entry: number, family: Family, keepers: readonly number[]): Diagram {
  let left = question.packetsOf(entry, family);
  for (const keeper of keepers) {
    if (left === NOTHING) break;
    left = question.diagrams.unless(question.keptBy(keeper, entry, left), left);
  }
  return left;
}

function packetOf({ coverage, entry, family }: Part): Cover['packet'] | undefined {
  return coverage.ask((question) => {
    const packet = question.packetIn(question.packetsOf(entry, family));
    const keeper = coverage.firstKeeper(question, packet, entry, family);
    if (keeper === undefined) return undefined;
    return { text: question.textOf(packet), keeper: ruleOf(coverage.entries, keeper).origin };
  });
}
