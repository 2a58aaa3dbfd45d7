/** What a compile made, in a few lines for people. */
import type { Since, TargetOutput } from '../../compiler/compile.ts';
import type { DescribedFile } from '../output/manifest.ts';
import { sizeOf } from '../output/output-file.ts';
import { formatBytes, formatCount } from './numbers.ts';
import { tableLines } from './table.ts';

/** So many digits of a build's name tell it from others. */
const BUILD_DIGITS = 12;

/** Lines, each with its end. `folder`: the output folder as the user named it. `files`: all that stand in it. */
export function summaryText(folder: string, targets: readonly TargetOutput[], files: readonly DescribedFile[]): string {
  const bytes = files.reduce((sum, { content }) => sum + sizeOf(content), 0);
  const lines = [`${folder}: ${formatCount(files.length)} files, ${formatBytes(bytes)}`];
  for (const target of targets) lines.push('', ...targetLines(folder, target, files));
  return `${lines.join('\n')}\n`;
}

function targetLines(folder: string, target: TargetOutput, files: readonly DescribedFile[]): readonly string[] {
  const own = files.filter(({ path }) => path.startsWith(`${target.name}/`));
  const rows = own.map(({ path, content, description }) => [path, formatBytes(sizeOf(content)), description]);
  if (target.planes.length + target.idle.length + target.gone.length === 0) return [`${target.name}: nothing to load`];
  const where = `in ${folder}/${target.name}`;
  const commands = (title: string, list: readonly string[]): readonly string[] =>
    list.length > 0 ? [`  ${title}:`, ...list.map((line) => `    ${line}`)] : [];
  return [
    ...target.planes.map(
      ({ plane, build, figures }) =>
        `${target.name}, ${plane}: build ${build.slice(0, BUILD_DIGITS)}, ${figuresText(figures)}`,
    ),
    ...tableLines(rows, ['left', 'right', 'left'], '  '),
    ...commands(`To load it, ${where}`, loadCommands(target)),
    ...[...target.planes, ...target.gone].flatMap(({ since }) => (since ? sinceLines(since, where) : [])),
    ...target.idle.flatMap(({ plane, takeAway }) =>
      commands(
        `Nothing of it is for ${plane}: what an earlier build runs there stays until you take it away`,
        takeAway,
      ),
    ),
    ...commands('To take it away again', [...new Set(target.planes.flatMap(({ unload }) => unload))]),
  ];
}

/**
 * The planes that packets meet last come first: what sends packets on, as `balance` at XDP, begins when the host forwards. A
 * command that planes have in common comes once, behind all that it stands behind in any of them.
 */
function loadCommands({ planes }: TargetOutput): readonly string[] {
  const lists = planes.toReversed().map(({ load }) => load);
  const left = new Set(lists.flat());
  const ordered: string[] = [];
  while (left.size > 0) {
    const isNext = (command: string): boolean =>
      lists.every((list) => list.slice(0, list.indexOf(command) + 1).every((one) => one === command || !left.has(one)));
    const next = [...left].find(isNext) ?? [...left][0]!;
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** How to get here from an earlier build without loading the whole. `where`: the folder to be in, if that matters. */
export function sinceLines({ build, outcome }: Since, where: string): readonly string[] {
  const host = `on a host that runs build ${build.slice(0, BUILD_DIGITS)}`;
  if (outcome.kind === 'same') return [`  Or ${host}: nothing, it is this one`];
  if (outcome.kind === 'none') return [];
  const { figures, load, remarks } = outcome;
  const place = where === '' ? host : `${host}, ${where}`;
  return [
    `  Or ${place} (${figuresText(figures, 'only the name of the build')}):`,
    ...load.map((line) => `    ${line}`),
    ...remarks.map((remark) => `    # ${remark}`),
  ];
}

/** `12 rules, 1 set, 45,000 elements` */
function figuresText(figures: Readonly<Record<string, number>>, none = 'nothing to do'): string {
  const parts = Object.entries(figures).filter(([, count]) => count > 0);
  if (parts.length === 0) return none;
  return parts.map(([name, count]) => `${formatCount(count)} ${count === 1 ? singular(name) : name}`).join(', ');
}

/** Planes name their figures in the plural: `rules`. */
function singular(name: string): string {
  return name.replace(/(ies|(?<=ss)es|s)(?=$| )/, (ending) => (ending === 'ies' ? 'y' : ''));
}
