/** `sluice fmt`: policies in the one form that everybody's have. */
import { Argument, Option } from 'commander';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { writeText } from '../findings/report.ts';
import { formatPolicy, type Formatted } from '../format/format-policy.ts';
import { policyFiles } from '../format/policy-files.ts';
import { replacePolicy } from '../format/replace-policy.ts';
import { openPolicy, STANDARD_INPUT } from '../inputs/policy-file.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';

interface FmtFlags {
  readonly check?: true;
}

export const fmt: CommandDefinition<FmtFlags> = {
  name: 'fmt',
  summary: 'format policies',
  description: [
    'Formats policies in place; comments stay. A folder stands for all .sluice files in and below it, no argument for the ' +
      'current folder, and `-` formats standard input to standard output. Formatting again changes nothing.',
    'A file with syntax errors is left as it is. A file is replaced whole or not at all, and only if its text changes; ' +
      'the files that changed are listed.',
  ],
  arguments: [new Argument('[files...]', 'files and folders, or `-`')],
  options: [
    new Option('--check', 'change nothing; list the files that are not formatted, and exit with 1 if there are any'),
  ],
  examples: [
    { command: 'sluice fmt', does: 'format all policies in this folder and below' },
    { command: 'sluice fmt policy.sluice', does: 'format one file' },
    { command: 'sluice fmt --check .', does: 'in a check before committing' },
    { command: 'sluice fmt - < policy.sluice', does: 'see the result without changing the file' },
  ],
  async run(session, args, flags) {
    const isInput = args.includes(STANDARD_INPUT);
    if (isInput && args.length > 1) throw new UsageError('`-` cannot be combined with files.');
    const findings: Diagnostic[] = [];
    const paths = isInput ? args : policyFiles(args.length > 0 ? args : ['.'], findings);
    let isUnformatted = false;
    for (const path of paths) {
      const outcome = await formatOne(path, session, flags);
      if ('findings' in outcome) findings.push(...outcome.findings);
      else if (outcome.isChanged && flags.check) isUnformatted = true;
    }
    writeText(session, findings);
    return findings.length > 0 || isUnformatted ? EXIT.findings : EXIT.fine;
  },
};

/** Formats a file in place, or standard input to standard output; with `--check`, only names it if it would change. */
async function formatOne(path: string, session: Session, { check }: FmtFlags): Promise<Formatted> {
  const opened = await openPolicy(path, session);
  if ('finding' in opened) return { findings: [opened.finding] };
  const formatted = await formatPolicy(opened.policy);
  if ('findings' in formatted) return formatted;
  const { content, isChanged } = formatted;
  if (path === STANDARD_INPUT && !check) {
    session.stdout.write(new TextDecoder().decode(content));
  } else if (isChanged) {
    const finding = check ? undefined : await replacePolicy(path, content);
    if (finding) return { findings: [finding] };
    session.stdout.write(`${opened.policy.shownPath}\n`);
  }
  return formatted;
}
