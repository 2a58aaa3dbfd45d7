/** Whether a rule says anything that rules behind it, or the default, would not say as well. */
import type { Family } from '../../4-program/program.ts';
import { decisionKey, isPlain } from '../../6-plan/commute.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import { NOTHING } from '../../proof/diagrams.ts';
import { ruleOf } from './entries.ts';
import type { Point } from './packet-walk.ts';
import type { StageCoverage } from './stage-coverage.ts';

/** More entries behind that may share packets: it is taken to be needed. */
const MOST_BEHIND = 512;

/** What decides for an entry that need not be there. */
export interface Substitute {
  /** The entries behind it that say the same for some of its packets. */
  readonly entries: readonly number[];
  /** Some of its packets come to the default. */
  readonly isDefault: boolean;
}

/** Entries that can go, one after another, and what decides in their place. */
export function needlessIn(coverage: StageCoverage): ReadonlyMap<number, Substitute> {
  const { entries } = coverage;
  const gone = new Set<number>();
  const needless = new Map<number, Substitute>();
  const search: Search = {
    coverage,
    keys: entries.rules.map((rule) => (isPlain(rule) ? decisionKey(rule.decision) : undefined)),
    isGone: (entry) => gone.has(entry) || coverage.reachOf(entry) === 'unreached',
  };
  for (let entry = 0; entry < entries.count; entry++) {
    if (entries.rowAt[entry]! >= 0 || coverage.reachOf(entry) !== 'reached' || coverage.isSeveral(entry)) continue;
    const substitute = substituteOf(search, entry);
    if (!substitute) continue;
    gone.add(entry);
    needless.set(entry, substitute);
  }
  return needless;
}

interface Search {
  readonly coverage: StageCoverage;
  /** Of each rule, what it decides; undefined: it does something else, too. */
  readonly keys: readonly (string | undefined)[];
  /** Entries for which this holds count for nothing. */
  readonly isGone: (entry: number) => boolean;
}

/** What would decide the same for all packets that the entry decides about; undefined: for some, nothing would. */
function substituteOf(search: Search, entry: number): Substitute | undefined {
  const { coverage } = search;
  const rule = ruleOf(coverage.entries, entry);
  const key = keyAt(search, entry);
  // Packets of flows that were let through meet no rule for flows behind it.
  if (rule.eachPacket && coverage.entries.stage.stateful) return undefined;
  if (key === undefined || (rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'leave')) {
    return undefined;
  }
  const found: Substitute[] = [];
  for (const family of familiesOf(rule)) {
    if (!coverage.regions.of(entry, family)) continue;
    const one = inFamily(search, entry, family, key);
    if (!one) return undefined;
    found.push(one);
  }
  return {
    entries: [...new Set(found.flatMap(({ entries }) => entries))],
    isDefault: found.some((one) => one.isDefault),
  };
}

function keyAt({ coverage, keys }: Search, entry: number): string | undefined {
  return keys[coverage.entries.ruleAt[entry]!];
}

function inFamily(search: Search, entry: number, family: Family, key: string): Substitute | undefined {
  const { coverage, isGone } = search;
  const { default: verdict } = coverage.entries.stage;
  const isDefault = verdict !== undefined && decisionKey({ kind: 'verdict', verdict }) === key;
  const asked = { search, entry, family, key, isDefault };
  const [first] = coverage.pointsAt(entry, family);
  if (first && !mayBeNeedless(asked, [first])) return undefined;
  const later = coverage.laterThan(entry, MOST_BEHIND)?.filter((other) => !isGone(other));
  if (!later) return undefined;
  const agrees = (other: number) => keyAt(search, other) === key;
  const next = later.find((other) => coverage.mayShare(other, entry, family));
  if (next !== undefined && agrees(next) && coverage.hasAllOf(next, entry, family)) {
    return { entries: [next], isDefault: false };
  }
  // Mostly all of them say the same, or none does.
  if (isDefault && later.every(agrees)) return { entries: [], isDefault };
  if (!isDefault && !later.some(agrees)) return undefined;
  if (!mayBeNeedless(asked, coverage.pointsAt(entry, family))) return undefined;
  if (!mayBeNeedless(asked, pointsOfOthers(asked, later))) return undefined;
  return coverage.ask((question) => {
    const { diagrams } = question;
    const used: number[] = [];
    let left = question.packetsOf(entry, family);
    for (const other of later) {
      if (left === NOTHING) break;
      if (!coverage.mayShare(other, entry, family)) continue;
      const met = question.among(other, left);
      if (met === NOTHING) continue;
      if (agrees(other) && coverage.regions.atomsOf(other).isWhole) {
        used.push(other);
      } else if (coverage.someComesTo(question, met, entry, family, isGone)) return undefined;
      left = diagrams.unless(met, left);
    }
    if (left === NOTHING || !coverage.someComesTo(question, left, entry, family, isGone)) {
      return { entries: used, isDefault: false };
    }
    return isDefault ? { entries: used, isDefault } : undefined;
  });
}

/** An entry's packets of a family, and what is decided about them. */
interface Asked {
  readonly search: Search;
  readonly entry: number;
  readonly family: Family;
  readonly key: string;
  /** Whether the default decides the same. */
  readonly isDefault: boolean;
}

/** So many entries behind that decide something else are asked for packets of theirs before diagrams are. */
const MOST_OTHERS = 8;

/** Packets that come to the entry, and would come to one behind it that decides something else. */
function* pointsOfOthers({ search, entry, family, key }: Asked, later: Uint32Array): Generator<Point> {
  let asked = 0;
  for (const other of later) {
    if (keyAt(search, other) === key || !search.coverage.mayShare(other, entry, family)) continue;
    const point = search.coverage.pointIn(entry, other, family);
    if (point) yield point;
    if (++asked === MOST_OTHERS) return;
  }
}

/** A few packets that the entry decides about mostly tell: what it would meet behind decides something else. */
function mayBeNeedless({ search, entry, family, key, isDefault }: Asked, points: Iterable<Point>): boolean {
  const { coverage, isGone } = search;
  for (const point of points) {
    const next = coverage.walk.nextAt(point, family, entry, isGone);
    if (next === undefined) {
      if (isDefault) continue;
      return false;
    }
    if (keyAt(search, next) !== key && coverage.regions.of(next, family)?.isExact) return false;
  }
  return true;
}
