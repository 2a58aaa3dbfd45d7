/** What runs in the kernel beside what a policy compiles to, for people. */
import type { RunningDifference } from '../../compiler/plane.ts';
import type { ComparedTarget } from '../kernel/compare-target.ts';
import type { ComparedPackets } from '../kernel/running.ts';
import { formatCount } from './numbers.ts';
import { regionLine, responsibleText } from './policy-diff.ts';

/** So many rules or elements of a part are shown. */
const MOST_SHOWN = 10;
/** Of a build's name. */
const SHORT = 12;

/** Lines, each with its end. `shownPath`: how people name the policy's files. */
export function runningText({ target, planes }: ComparedTarget, shownPath: (path: string) => string): string {
  const lines = planes.flatMap(({ plane, build, compared }): readonly string[] => {
    const where = `${plane} of target ${target}`;
    if (compared === 'none') return [`${where}: nothing of Sluice's runs here.`];
    if ('why' in compared) return [];
    const { differences } = compared;
    const other = compared.build ?? 'without a name';
    const named = other === build ? 'the build of this policy' : `build ${other.slice(0, SHORT)}`;
    if (differences.length === 0) {
      const rest =
        other === build
          ? ''
          : `, which differs from this policy's (${build.slice(0, SHORT)}) in comments or host files`;
      return [`${where}: what runs is what this policy compiles to; it was loaded as ${named}${rest}.`];
    }
    const head = `${where}: what runs, loaded as ${named}, is not what this policy compiles to (build ${build.slice(0, SHORT)}).`;
    const legend = '  - only in the kernel, + only in the policy';
    return [head, legend, '', ...differences.flatMap(differenceLines), ...packetLines(compared.packets, shownPath)];
  });
  return lines.length === 0 ? '' : `${lines.join('\n').trimEnd()}\n`;
}

function packetLines(packets: ComparedPackets, shownPath: (path: string) => string): readonly string[] {
  if (!packets) return [];
  if ('why' in packets) return [`What packets meet by these rules was not compared: ${packets.why}`];
  return [
    'What packets meet by the rules that run → by the policy:',
    ...packets.flatMap((part) => partLines(part, shownPath)),
  ];
}

function partLines(
  one: Exclude<ComparedPackets, undefined | { readonly why: string }>[number],
  shownPath: (path: string) => string,
): readonly string[] {
  if (one.kind === 'the same') return [`${one.part}: every packet meets the same`];
  if (one.kind === 'not compared') return [`${one.part}: not compared: ${one.reason}`];
  if (!one.told) return [`${one.part}: ${one.message}`];
  const regions = one.told.flatMap((change) => [
    regionLine(change),
    ...change.new.map((rule) => `      policy  ${responsibleText(rule, shownPath)}`),
    ...(change.sample ? [`      e.g.    ${change.sample.text}`] : []),
  ]);
  return [one.part, ...regions];
}

const PRESENCE = { both: '', running: ' (only in the kernel)', built: ' (not in the kernel)' } as const;

function differenceLines({ part, presence, onlyRunning, onlyBuilt, isReordered }: RunningDifference): string[] {
  const reordered = isReordered ? ['  the same, in another order'] : [];
  return [`${part}${PRESENCE[presence]}`, ...reordered, ...shown(onlyRunning, '-'), ...shown(onlyBuilt, '+'), ''];
}

function shown(lines: readonly string[], sign: string): string[] {
  const rest = lines.length - MOST_SHOWN;
  return [
    ...lines.slice(0, MOST_SHOWN).map((line) => `  ${sign} ${line}`),
    ...(rest > 0 ? [`  ${sign} … ${formatCount(rest)} more (--json has all)`] : []),
  ];
}
