/** The arguments and options that commands about one policy share. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import type { CalendarDate } from '../compiler/inputs.ts';
import { parseDate } from './inputs/today.ts';

export type FindingsFormat = 'text' | 'json' | 'github';

/** Values of `policyOptions`. */
export interface PolicyFlags {
  readonly target?: string;
  readonly date?: CalendarDate;
  readonly strict?: true;
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

export const policyOptions = (): readonly Option[] => [
  new Option('--target <name>', 'only this target of the policy'),
  new Option('--date <YYYY-MM-DD>', 'today, for `until`; unless given, the day of $SOURCE_DATE_EPOCH').argParser(
    parseDate,
  ),
  new Option('--strict', 'take warnings for errors'),
  new Option('--format <format>', 'how findings are written: text to standard error, the others to standard output')
    .choices(['text', 'json', 'github'])
    .default('text'),
  new Option('--json', 'write one JSON document to standard output: short for --format json').conflicts('format'),
];

export function formatOf({ format, json }: PolicyFlags): FindingsFormat {
  return json ? 'json' : format;
}
