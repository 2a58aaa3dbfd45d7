/** Differences of policies as data: docs/schemas/diff.json says what is where. */
import { positionOf } from '../../grammar/source.ts';
import type { PolicyDifference, TargetDifference } from '../../compiler/diff/policies.ts';
import type { RegionChange, Responsible } from '../../compiler/diff/report.ts';
import type { Part } from '../../compiler/diff/regions.ts';
import { formatInterval } from '../../compiler/net/address-set.ts';
import type { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { ShownPaths } from '../terminal/policy-diff.ts';

/** Of larger sets only the beginning is written; `count` says how many intervals there are. */
const MOST_INTERVALS = 1000;

export function differenceAsData({ targets }: PolicyDifference, paths: ShownPaths): readonly object[] {
  return targets.map((target) => targetAsData(target, paths));
}

function targetAsData({ target, changes, settings, notCompared }: TargetDifference, paths: ShownPaths): object {
  return {
    target: target ?? null,
    changes: changes.map((change) => changeAsData(change, paths)),
    settings,
    notCompared: notCompared.map(({ id, reason }) => ({ stage: id, reason })),
  };
}

function changeAsData(change: RegionChange, paths: ShownPaths): object {
  const { sample, ...region } = regionAsData(change);
  return {
    ...region,
    old: change.old.map((one) => responsibleAsData(one, paths.old)),
    new: change.new.map((one) => responsibleAsData(one, paths.new)),
    sample,
  };
}

/** A region, and what becomes of its packets on both sides. */
export function regionAsData(change: Omit<RegionChange, 'old' | 'new'>) {
  const { stage, aspect, direction, where, before, after, size, region, sample } = change;
  return {
    stage,
    aspect: aspect ?? null,
    direction,
    where,
    before,
    after,
    size: size ?? null,
    region: region.parts.map(partAsData),
    sample: sample?.text ?? null,
  };
}

function partAsData({ family, sets, rows }: Part): object {
  return {
    family,
    fields: Object.fromEntries([...sets].map(([field, set]) => [field, setAsData(field, set)])),
    rows: [...rows.values()].map(({ found, numbers }) => ({
      table: found.table.name,
      key: found.key.map(({ column }) => column),
      found: !numbers.contains(0),
    })),
  };
}

function setAsData(field: string, set: IntervalSet): object {
  const isAddress = /^(source|destination)\//.test(field) && (set.width === 32 || set.width === 128);
  const shown = Array.from({ length: Math.min(MOST_INTERVALS, set.intervalCount) }, (_, at) =>
    isAddress ? formatInterval(set, at) : rangeText(set, at),
  );
  return { count: set.intervalCount, intervals: shown };
}

function rangeText(set: IntervalSet, at: number): string {
  const [low, high] = [set.lowAt(at), set.highAt(at)];
  return low === high ? `${low}` : `${low}-${high}`;
}

export function responsibleAsData({ text, origin }: Responsible, shown: (path: string) => string): object {
  if (!origin) return { text };
  const { source, start } = origin.span;
  return { text, path: shown(source.path), line: positionOf(source, start).line, name: origin.name };
}
