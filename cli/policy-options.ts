/** The arguments and options that commands about one policy share. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import { PASSES } from '../compiler/6-plan/passes/index.ts';
import type { CalendarDate } from '../compiler/inputs.ts';
import { STANDARD_INPUT } from './inputs/policy-file.ts';
import { parseDate, todayOf } from './inputs/today.ts';
import type { CompileChoices } from './output/manifest.ts';
import type { Session } from './session.ts';

export type FindingsFormat = 'text' | 'json' | 'github';

/** Values of `policyOptions`. */
export interface PolicyFlags {
  readonly target?: string;
  readonly date?: CalendarDate;
  readonly strict?: true;
  /** Passes of the planner to leave out. */
  readonly without?: readonly string[];
  /** False with `--no-proof`. */
  readonly proof: boolean;
  readonly keepCounters?: true;
  readonly profile?: string;
  readonly calibration?: string;
  readonly format: FindingsFormat;
  readonly json?: true;
}

export const policyArgument = (): Argument =>
  new Argument('<policy>', 'the policy: a file, or `-` for standard input').argParser(pathFrom);

/** Reads the value of an argument or option that names a file or folder. A script's unset variable gives an empty one. */
export function pathFrom(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** Several policies, of which standard input can be one. */
export const policiesArgument = (): Argument =>
  new Argument('<policies...>', 'the policies: files, or `-` for standard input').argParser(pathsFrom);

function pathsFrom(text: string, former: readonly string[] = []): readonly string[] {
  const path = pathFrom(text);
  if (path === STANDARD_INPUT && former.includes(path)) {
    throw new InvalidArgumentError('Standard input can be read only once.');
  }
  return [...former, path];
}

export const policyOptions = (): readonly Option[] => [
  new Option('--target <name>', 'only this target of the policy'),
  new Option('--date <YYYY-MM-DD>', 'today, for `until`; unless given, the day of $SOURCE_DATE_EPOCH').argParser(
    parseDate,
  ),
  new Option('--strict', 'take warnings for errors'),
  new Option(
    '--without <pass>',
    `leave out a pass of the planner (${PASSES.map(({ name }) => name).join(', ')})`,
  ).argParser(passFrom),
  new Option('--no-proof', 'do not prove that plans mean what the policy means; what is written says so'),
  new Option('--keep-counters', 'a counter of its own for each rule, of the packets that it is carried out for'),
  new Option('--profile <file>', 'counters of an earlier build: rules that many packets met are asked first').argParser(
    pathFrom,
  ),
  calibrationOption(),
  new Option('--format <format>', 'how findings are written: text to standard error, the others to standard output')
    .choices(['text', 'json', 'github'])
    .default('text'),
  new Option('--json', 'write one JSON document to standard output: short for --format json').conflicts('format'),
];

export function calibrationOption(): Option {
  return new Option(
    '--calibration <file>',
    'what steps cost on the machine that is to run this, as `sluice calibrate` measured it there',
  ).argParser(pathFrom);
}

/** For descriptions of commands. */
export const PROFILE =
  'With --profile, counters that were read from an earlier build (made with --keep-counters; `nft -j list counters`) tell ' +
  'which rules packets meet: these are asked first, as far as that changes nothing.';

/** For descriptions of commands. */
export const KEEP_COUNTERS =
  'With --keep-counters each rule has a counter of its own, which counts the packets that the rule is carried out for, however ' +
  "rules are optimized: in stateful blocks those that begin a flow. It is called as the rule is in artifacts' comments " +
  '(`nft list counters`). Rules of `count` count as they do anyway, and rules of `dispatch` have no counters.';

export function formatOf({ format, json }: PolicyFlags): FindingsFormat {
  return json ? 'json' : format;
}

/** What the options decide about a compile. */
export function choicesFrom(
  { target, date, without = [], proof, keepCounters, profile, calibration }: PolicyFlags,
  { environment }: Session,
): CompileChoices {
  return {
    target,
    today: todayOf(date, environment),
    without: without.toSorted(),
    proof,
    keepCounters: keepCounters ?? false,
    profile,
    calibration,
  };
}

/** Adds a pass to those left out. */
function passFrom(name: string, former: readonly string[] = []): readonly string[] {
  if (PASSES.every((pass) => pass.name !== name)) throw new InvalidArgumentError('There is no such pass.');
  return former.includes(name) ? former : [...former, name];
}
