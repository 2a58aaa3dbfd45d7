/** `sluice lint`: what in a policy is right, and still not what its authors mean. */
import { Option } from 'commander';
import type { CalendarDate } from '../../compiler/inputs.ts';
import { isError, type Diagnostic, type Severity } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { openCalibration } from '../inputs/calibration-file.ts';
import { parseDate, todayOf } from '../inputs/today.ts';
import { STANDARD_INPUT } from '../inputs/policy-file.ts';
import { notIn, readBaseline, writeBaseline, type Baseline } from '../lint/baseline.ts';
import { fixFile, lintFile } from '../lint/lint-file.ts';
import { LINT_FORMATS, writeLintReport, type LintFormat, type ReportedFile } from '../lint/lint-report.ts';
import { PLANES } from '../planes.ts';
import { calibrationOption, pathFrom, policiesArgument } from '../policy-options.ts';
import type { Session } from '../session.ts';
import { optimizeSparingly } from '../sparing-optimization.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';
import { UsageError } from '../usage-error.ts';

const LEVELS = ['error', 'warning', 'note'] as const;

interface LintFlags {
  readonly date?: CalendarDate;
  readonly failOn: Severity | 'never';
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly fix?: true;
  readonly calibration?: string;
  readonly format: LintFormat;
  readonly json?: true;
}

export const lint: CommandDefinition<LintFlags> = {
  name: 'lint',
  summary: 'find what is right, and still not meant: rules that no packet reaches, open doors, costs',
  description: [
    'Reads policies and holds them against the rules of docs/lint.md: rules that no packet reaches (exactly, over all packets), ' +
      'what is open that should not be, what costs more than it has to, what a host has to be set to. Writes nothing unless asked to.',
    'A comment keeps a finding back, with a reason and an end: `# sluice: ignore unreachable until 2027-01-01 "why"` before a ' +
      'rule, a block or another statement, or behind it in its line. A baseline does so for all that there is today.',
    'Today is --date, else the day of $SOURCE_DATE_EPOCH, else that of the clock.',
  ],
  arguments: [policiesArgument()],
  options: [
    new Option('--fail-on <level>', 'exit with 1 where a finding is of this level or above')
      .choices([...LEVELS, 'never'])
      .default('warning'),
    new Option('--date <YYYY-MM-DD>', 'today').argParser(parseDate),
    new Option('--baseline <file>', 'leave out the findings in this file').argParser(pathFrom),
    new Option('--write-baseline <file>', 'write the findings to this file, and exit with 0')
      .argParser(pathFrom)
      .conflicts('baseline'),
    new Option('--fix', 'mend what can be mended without changing anything for any packet, each time proved').conflicts(
      ['baseline', 'writeBaseline'],
    ),
    calibrationOption(),
    new Option('--format <format>', 'how findings are written: text to standard error, the others to standard output')
      .choices([...LINT_FORMATS])
      .default('text'),
    new Option('--json', 'short for --format json').conflicts('format'),
  ],
  examples: [
    { command: 'sluice lint policy.sluice', does: 'see what there is to improve' },
    { command: 'sluice lint policy.sluice --fix', does: 'take out what changes nothing' },
    { command: 'sluice lint policy.sluice --fail-on error', does: 'fail for errors only' },
    { command: 'sluice lint sites/*.sluice --format sarif > lint.sarif', does: 'for a code host' },
    {
      command: 'sluice lint old.sluice --write-baseline known.json',
      does: 'take what there is for known; `--baseline known.json` then tells what is new',
    },
  ],
  async run(session, paths, flags) {
    if (paths.includes(STANDARD_INPUT) && paths.length > 1) throw new UsageError('`-` cannot be combined with files.');
    if (flags.fix && paths.includes(STANDARD_INPUT)) throw new UsageError('`--fix` writes into files: name one.');
    optimizeSparingly();
    const read = flags.baseline === undefined ? { baseline: new Set<string>() } : readBaseline(flags.baseline);
    const files =
      'finding' in read ? [unread(flags.baseline!, read.finding)] : await lintAll(paths, read.baseline, flags, session);
    const findings = files.flatMap((file) => file.findings);
    if (flags.writeBaseline !== undefined && !findings.some((finding) => isOfCheck(finding))) {
      const failed = await writeBaseline(flags.writeBaseline, findings);
      writeLintReport(
        session,
        formatOf(flags),
        failed ? [...files, unread(flags.writeBaseline, failed)] : files,
        isError,
      );
      return failed ? EXIT.findings : EXIT.fine;
    }
    const isFailure = failureFor(flags.failOn);
    writeLintReport(session, formatOf(flags), files, isFailure);
    return findings.some((finding) => isFailure(finding) || isOfCheck(finding)) ? EXIT.findings : EXIT.fine;
  },
};

async function lintAll(
  paths: readonly string[],
  baseline: Baseline,
  flags: LintFlags,
  session: Session,
): Promise<ReportedFile[]> {
  const opened = flags.calibration === undefined ? { planes: PLANES } : openCalibration(flags.calibration, PLANES);
  if ('finding' in opened) return [unread(flags.calibration!, opened.finding)];
  const { planes } = opened;
  const today = todayOf(flags.date, session.environment) ?? dayOfClock();
  const progress = startProgress(session);
  const phases = new Phases(progress.phase);
  const files: ReportedFile[] = [];
  try {
    for (const path of paths) {
      const lintOne = () => lintFile(path, today, { session, planes, onPhase: (phase) => phases.begin(phase) });
      let linted = await lintOne();
      const fixed = flags.fix && linted.read ? await fixFile(path, linted.read, today, planes) : 0;
      if (typeof fixed === 'number' && fixed > 0) linted = await lintOne();
      const { left, known } = notIn(baseline, linted.findings);
      const failed = typeof fixed === 'number' ? [] : [fixed];
      const count = typeof fixed === 'number' ? fixed : 0;
      files.push({
        path: linted.path,
        findings: [...failed, ...left],
        suppressed: linted.suppressed,
        known,
        fixed: count,
      });
    }
  } finally {
    progress.stop();
  }
  return files;
}

/** Nothing is made that has to be the same tomorrow, so the clock may be asked here. */
function dayOfClock(): CalendarDate {
  const now = new Date();
  return { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, day: now.getUTCDate() };
}

function unread(path: string, finding: Diagnostic): ReportedFile {
  return { path, findings: [finding], suppressed: 0, known: 0, fixed: 0 };
}

/** Whether a finding says that there was nothing to lint: errors of the policy itself, of its files, of the command line. */
function isOfCheck(finding: Diagnostic): boolean {
  return isError(finding) && !finding.code.startsWith('SL14');
}

function failureFor(level: Severity | 'never'): (finding: Diagnostic) => boolean {
  if (level === 'never') return () => false;
  const least = LEVELS.indexOf(level);
  return ({ severity }) => LEVELS.indexOf(severity) <= least;
}

function formatOf({ format, json }: LintFlags): LintFormat {
  return json ? 'json' : format;
}
