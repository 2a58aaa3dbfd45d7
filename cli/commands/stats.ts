/** `sluice stats`: what the classes of a build have let pass where it is loaded, under the policy's names. */
import { Argument, Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import { runningClasses, type RunningClasses } from '../inputs/running-classes.ts';
import { formatOf, pathFrom, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { classLines } from '../terminal/class-table.ts';

interface StatsFlags extends PolicyFlags {
  readonly all?: true;
}

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set(['--target', '--strict', '--format', '--json']);

export const stats: CommandDefinition<StatsFlags> = {
  name: 'stats',
  summary: 'tell what each class of a shaper has sent, where a build is loaded',
  description: [
    "Reads the names of a build's classes from its output folder, and what each of them has sent and dropped, and how much waits " +
      'there, from the kernel, by `tc -s class show`: run it on the host that has the build loaded. Those that have sent most come ' +
      'first.',
    'The folder may be a copy. Where it is not there, `sluice explain --analyze` tells the same from the policy and a file.',
  ],
  arguments: [new Argument('<folder>', 'what `sluice compile` wrote').argParser(pathFrom)],
  options: [
    new Option('--all', 'show every class, however many there are'),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'sluice stats out', does: 'the classes that have sent most' },
    { command: 'sluice stats out --target router --json', does: 'all classes of one target, as data' },
  ],
  run(session, [folder = ''], flags) {
    const { interfaces, findings } = runningClasses(folder, flags.target, session.environment);
    report(session, flags, findings, { folder, interfaces });
    if (forbid(findings, flags.strict ?? false)) return Promise.resolve(exitCodeOf(findings));
    if (formatOf(flags) === 'text') session.stdout.write(textOf(interfaces, flags.all ?? false));
    return Promise.resolve(EXIT.fine);
  },
};

function textOf(interfaces: readonly RunningClasses[], all: boolean): string {
  const parts = interfaces.map(({ target, interface: name, classes }) =>
    [`${target}, ${name}`, '', ...classLines(classes, all), ''].join('\n'),
  );
  return parts.join('\n');
}
