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
/** Of so many rules the fewest are looked for. */
const MOST_CANDIDATES = 12;

/** Why no packet reaches a rule; undefined: some do, or diagrams would be too large. */
export function coverOfRule(entries: readonly PlacedEntry[]): Cover | undefined {
  const parts = partsOf(entries);
  const [first] = parts;
  if (!first) return undefined;
  const found = groupsOf(parts, parts.map(coverOf));
  if (found.length === 0) return undefined;
  const left = found.length === 1 ? found : irreducible(parts, found);
  const candidates = left.length === 1 ? undefined : candidatesOf(parts);
  const groups = (candidates && smallest(parts, candidates, left.length - 1)) ?? left;
  const packet = packetOf(first);
  const isSmallest = left.length === 1 || candidates !== undefined;
  return packet && { origins: groups.map(({ origin }) => origin), isSmallest, packet };
}

/** One entry where it keeps all packets alone. */
function coverOf({ coverage, entry, family }: Part): readonly number[] {
  const enclosing = coverage.enclosing(entry, family);
  if (enclosing !== undefined) return [enclosing];
  const cover = coverage.coverOf(entry, family);
  return typeof cover === 'string' ? [] : cover;
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

/** The rules that keep some packets of the parts; undefined: they are more than are tried. */
function candidatesOf(parts: readonly Part[]): readonly Group[] | undefined {
  const certain = new Set<string>();
  const keepers: number[][] = [];
  for (const { coverage, entry, family } of parts) {
    const near: number[] = [];
    const areMany = coverage.someKeeper(entry, (keeper) => {
      const keeps = coverage.keepsSome(keeper, entry, family);
      if (keeps !== false) near.push(keeper);
      if (keeps) certain.add(keyOf(ruleOf(coverage.entries, keeper).origin));
      return certain.size > MOST_CANDIDATES;
    });
    if (areMany) return undefined;
    keepers.push(near.toSorted((a, b) => a - b));
  }
  const groups = groupsOf(parts, keepers);
  return groups.length > MOST_CANDIDATES ? groupsThatKeep(parts, groups) : groups;
}

/** Without those of which only boxes and regions say that they may; undefined: they still are more than are tried. */
function groupsThatKeep(parts: readonly Part[], groups: readonly Group[]): readonly Group[] | undefined {
  const keeping: Group[] = [];
  for (const group of groups) {
    const isKeeping = parts.some(({ coverage, entry, family }, part) =>
      coverage.ask((question) => {
        const own = question.packetsOf(entry, family);
        return group.keepers[part]!.some((keeper) => question.keptBy(keeper, entry, own) !== NOTHING);
      }),
    );
    if (isKeeping && keeping.push(group) > MOST_CANDIDATES) return undefined;
  }
  return keeping;
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

/** The fewest rules, at most so many, that keep all packets; undefined: more are needed. */
function smallest(parts: readonly Part[], groups: readonly Group[], most: number): readonly Group[] | undefined {
  for (let size = 1; size <= most; size++) {
    const chosen = completed(parts, groups, [], size);
    if (chosen) return groups.filter((group) => chosen.includes(group));
  }
  return undefined;
}

/** What is chosen, with so many more that all packets are kept: one of them has to keep the packet that is left. */
function completed(
  parts: readonly Part[],
  groups: readonly Group[],
  chosen: readonly Group[],
  more: number,
): readonly Group[] | undefined {
  const keeping = groupsForOneLeft(parts, groups, chosen);
  if (!keeping) return chosen;
  if (more === 0) return undefined;
  for (const group of keeping) {
    const all = completed(parts, groups, [...chosen, group], more - 1);
    if (all) return all;
  }
  return undefined;
}

/** Those that keep a packet that the chosen ones do not; undefined: there is no such packet. */
function groupsForOneLeft(
  parts: readonly Part[],
  groups: readonly Group[],
  chosen: readonly Group[],
): readonly Group[] | undefined {
  for (const [part, { coverage, entry, family }] of parts.entries()) {
    const keepers = chosen.flatMap((group) => group.keepers[part]!);
    const keeping = coverage.ask((question) => {
      const left = leftOf(question, entry, family, keepers);
      if (left === NOTHING) return 'none left';
      const packet = question.packetIn(left);
      const keepsIt = (keeper: number) => question.diagrams.valueAt(question.keptBy(keeper, entry, left), packet) !== 0;
      return groups.filter((group) => group.keepers[part]!.some(keepsIt));
    });
    if (keeping !== 'none left') return keeping ?? [];
  }
  return undefined;
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
    const example = coverage.exampleOf(question, entry, family);
    if (!example) return undefined;
    const { packet, keeper } = example;
    return { text: question.textOf(packet), keeper: ruleOf(coverage.entries, keeper).origin };
  });
}
