/** Differences of policies for people. */
import { positionOf } from '../../grammar/source.ts';
import type { Direction } from '../../compiler/diff/direction.ts';
import { isEqual, type PolicyDifference, type TargetDifference } from '../../compiler/diff/policies.ts';
import type { RegionChange, Responsible } from '../../compiler/diff/report.ts';
import { formatCount } from './numbers.ts';

/** How people name the files of both policies. */
export interface ShownPaths {
  readonly old: (path: string) => string;
  readonly new: (path: string) => string;
}

const SIGNS: Readonly<Record<Direction, string>> = { widening: '+', narrowing: '-', both: '±', other: '~' };

/** Lines, each with its end. */
export function differenceText(difference: PolicyDifference, paths: ShownPaths): string {
  const lines = difference.targets.flatMap((target) => targetLines(target, paths));
  return `${[...lines, summary(difference)].join('\n')}\n`;
}

function targetLines({ target, changes, settings }: TargetDifference, paths: ShownPaths): readonly string[] {
  const lines: string[] = target === undefined || changes.length + settings.length === 0 ? [] : [`on ${target}:`, ''];
  for (const stage of new Set(changes.map((change) => change.stage))) {
    lines.push(
      stage,
      ...changes.filter((change) => change.stage === stage).flatMap((change) => changeLines(change, paths)),
      '',
    );
  }
  if (settings.length > 0) {
    lines.push('settings');
    for (const { what, before, after, direction } of settings) {
      lines.push(`  ${SIGNS[direction]} ${what}: ${before} → ${after}`);
    }
    lines.push('');
  }
  return lines;
}

function changeLines(change: RegionChange, paths: ShownPaths): readonly string[] {
  const { old, new: later, sample } = change;
  return [
    regionLine(change),
    ...old.map((one) => `      old  ${responsibleText(one, paths.old)}`),
    ...later.map((one) => `      new  ${responsibleText(one, paths.new)}`),
    ...(sample ? [`      e.g. ${sample.text}`] : []),
  ];
}

/** `  + uplink → any, tcp/22: dropped → allowed, 5 hosts` */
export function regionLine({
  direction,
  where,
  aspect,
  before,
  after,
  size,
}: Omit<RegionChange, 'old' | 'new'>): string {
  const what = aspect === undefined ? '' : ` ${aspect}:`;
  return `  ${SIGNS[direction]} ${where}:${what} ${before} → ${after}${size === undefined ? '' : `, ${size}`}`;
}

/** `allow in uplink tcp/22  (policy.sluice:12)` */
export function responsibleText({ text, origin }: Responsible, shown: (path: string) => string): string {
  if (!origin) return text;
  const place = placeOf(origin.span, shown);
  return `${text}  (${place})`;
}

function placeOf(span: NonNullable<Responsible['origin']>['span'], shown: (path: string) => string): string {
  return `${shown(span.source.path)}:${positionOf(span.source, span.start).line}`;
}

/** `5 differences: 2 wider, 1 narrower, 2 others` */
function summary(difference: PolicyDifference): string {
  const { targets } = difference;
  const all = targets.flatMap(({ changes, settings }) => [...changes, ...settings]);
  if (all.length === 0) {
    return isEqual(difference) ? 'Both policies do the same to every packet.' : 'No difference in what was compared.';
  }
  const of = (direction: Direction) => all.filter((one) => one.direction === direction).length;
  const parts = [
    [of('widening'), 'let more through'],
    [of('narrowing'), 'let less through'],
    [of('both'), 'let through more and less'],
    [of('other'), 'otherwise'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${formatCount(count)} ${words}`);
  return `${formatCount(all.length)} ${all.length === 1 ? 'difference' : 'differences'}: ${told.join(', ')}.`;
}
