/** `sluice compile`: a policy becomes what each plane of its targets loads. */
import { Option } from 'commander';
import { compileInto, type Outcome } from '../compile-into.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { report } from '../findings/report.ts';
import { targetAsData } from '../output/manifest.ts';
import { sha256Of, sizeOf } from '../output/output-file.ts';
import {
  choicesFrom,
  formatOf,
  KEEP_COUNTERS,
  pathFrom,
  policyArgument,
  policyOptions,
  PROFILE,
  type PolicyFlags,
} from '../policy-options.ts';
import type { Session } from '../session.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';
import { summaryText } from '../terminal/summary.ts';
import { timesText } from '../terminal/times.ts';

interface CompileFlags extends PolicyFlags {
  readonly output: string;
  readonly since?: string;
  readonly time?: true;
}

export const compile: CommandDefinition<CompileFlags> = {
  name: 'compile',
  summary: 'compile a policy into a folder that is ready to load',
  description: [
    'Checks a policy, runs its expect blocks, and writes for each target a folder with what its planes load, together ' +
      'with manifest.json (inputs and outputs by hash, which plane has what and why, how to load it) and source-map.json.',
    'Each plan is proved, for all packets, to mean what the policy means; a difference is a fault in Sluice (exit code 3). ' +
      'manifest.json says what was proved.',
    'The folder is written whole or not at all. An earlier output is replaced; a folder that holds anything else is left ' +
      'alone. Where there is an error, nothing is written. The same inputs always give the same bytes.',
    'With --since, what leads from an earlier output to this one is written beside the whole: a small transaction that leaves ' +
      'alone what is alike in both, with its counters, limits and connections. It fails where another build is loaded.',
    KEEP_COUNTERS,
    PROFILE,
  ],
  arguments: [policyArgument()],
  options: [
    new Option('-o, --output <folder>', 'the folder to write').argParser(pathFrom).makeOptionMandatory(),
    new Option(
      '--since <folder>',
      'an earlier output (may be the folder to write): write what leads from there to here',
    ).argParser(pathFrom),
    ...policyOptions(),
    new Option('--time', 'say how long each phase took, and the peak of memory'),
  ],
  examples: [
    { command: 'sluice compile policy.sluice -o out', does: 'compile for all targets into out/' },
    { command: 'sluice compile policy.sluice -o out --target core_1', does: 'compile for one target' },
    {
      command: 'sluice compile policy.sluice -o out --since out',
      does: 'and write what has changed since the last time',
    },
    { command: 'generate-policy | sluice compile - -o out', does: 'read the policy from standard input' },
    { command: 'sluice compile policy.sluice -o out --strict --format github', does: 'in a workflow of GitHub' },
  ],
  async run(session, [path = ''], flags) {
    const choices = choicesFrom(flags, session);
    const progress = startProgress(session);
    const phases = new Phases(progress.phase);
    let outcome: Outcome;
    try {
      outcome = await compileInto(
        path,
        {
          folder: flags.output,
          ...(flags.since === undefined ? {} : { since: flags.since }),
          strict: flags.strict ?? false,
          choices,
        },
        session,
        phases,
      );
    } finally {
      progress.stop();
    }
    tell(session, path, flags, outcome, phases);
    return outcome.made ? EXIT.fine : exitCodeOf(outcome.findings);
  },
};

function tell(session: Session, path: string, flags: CompileFlags, outcome: Outcome, phases: Phases): void {
  const { findings, made } = outcome;
  const times = flags.time ? phases.times() : undefined;
  report(session, flags, findings, {
    policy: path,
    output: made ? outputAsData(flags.output, made) : null,
    ...(times ? { milliseconds: Object.fromEntries(times.map((time) => [time.phase, time.milliseconds])) } : {}),
  });
  if (formatOf(flags) === 'json') return;
  if (made) session.stdout.write(summaryText(flags.output, made.targets, made.files));
  else session.stderr.write('Nothing was written.\n');
  if (times) session.stderr.write(timesText(times, process.resourceUsage().maxRSS * 1024));
}

function outputAsData(folder: string, { targets, files }: NonNullable<Outcome['made']>): object {
  return {
    folder,
    targets: targets.map(targetAsData),
    files: files.map(({ path, content, description }) => ({
      path,
      bytes: sizeOf(content),
      sha256: sha256Of(content),
      description,
    })),
  };
}
