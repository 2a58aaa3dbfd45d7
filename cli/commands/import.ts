/** `sluice import`: rules of other tools become a policy. */
import { Argument, Option } from 'commander';
import type { Residual } from '../../compiler/import/iptables/residual/write-residual.ts';
import type { WrittenPolicy } from '../../compiler/import/iptables/write/policy-writer.ts';
import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { report } from '../findings/report.ts';
import { filesOf, importRulesOf, obstaclesToCompile, POLICY, tellBesides } from '../inputs/imported-rules.ts';
import { obstacleFinding, outputFinding } from '../output/output-findings.ts';
import { writeFolder } from '../output/write-folder.ts';
import { formatOf, pathFrom, policyOptions, type PolicyFlags } from '../policy-options.ts';
import type { Session } from '../session.ts';
import { formatCount } from '../terminal/numbers.ts';
import { UsageError } from '../usage-error.ts';

interface ImportFlags extends PolicyFlags {
  readonly output?: string;
  readonly keepOpaque?: true;
}

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set(['--format', '--json']);

export const importRules: CommandDefinition<ImportFlags> = {
  name: 'import',
  summary: 'make a policy from the rules of another tool',
  description: [
    'Reads what iptables-save and ip6tables-save have written (one file or several, of either family) and writes the ' +
      'policy that treats every packet the same: zones from interfaces, groups from chains, services by name, sets where ' +
      'rules differ in one value.',
    'What `iptables -S` lists is read as well, and so are scripts of plain iptables commands: `-A`, `-N` and `-P`, without what a ' +
      'shell makes of variables. A table that such commands fill is taken to be empty before them.',
    'What `ipset save` has written may be one of the files: its sets become lists of the policy, and those that rules write ' +
      'become memories.',
    'A rule that a policy cannot say exactly is an error, with the line and the reason; nothing is written then. ' +
      "--keep-opaque keeps what nft can say in nft's own words, and leaves to iptables what only iptables can ask of a packet " +
      '(text in it, the port of a bridge): the file iptables.save in the folder, to be loaded besides.',
    'Without -o, the policy goes to standard output.',
  ],
  arguments: [
    new Argument('<from>', 'what the files were written by').choices(['iptables-save']),
    new Argument('<files...>', 'the files, or `-` for standard input'),
  ],
  options: [
    new Option('-o, --output <folder>', 'the folder to write: policy.sluice, and data/ for long lists').argParser(
      pathFrom,
    ),
    new Option('--keep-opaque', "keep what only nft can say in nft's own words"),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'iptables-save | sluice import iptables-save -', does: 'see what this host has as a policy' },
    { command: 'sluice import iptables-save rules.v4 rules.v6 -o policy', does: 'both families into one policy' },
    {
      command: 'sluice import iptables-save rules.v4 sets.save -o policy',
      does: 'with the sets that `ipset save` lists',
    },
  ],
  async run(session, [, ...paths], flags) {
    const obstacle = flags.output === undefined ? undefined : obstacleFinding(flags.output);
    const imported = await importRulesOf(paths, flags.keepOpaque ?? false, session);
    const findings = [...(obstacle ? [obstacle] : []), ...imported.findings];
    if (imported.written) findings.push(...obstaclesToCompile(imported.written));
    const written = findings.some(isError) ? undefined : imported.written;
    const isDone = written !== undefined && (await deliver(written, imported.residuals, flags, session, findings));
    report(session, flags, findings, { files: paths, output: isDone ? (flags.output ?? null) : null });
    if (isDone && formatOf(flags) === 'text') tell(session, flags, imported.rules, written, imported.residuals);
    if (!isDone && formatOf(flags) === 'text') session.stderr.write('Nothing was written.\n');
    return isDone ? EXIT.fine : EXIT.findings;
  },
};

/** Writes the policy; false where it cannot be. */
async function deliver(
  written: WrittenPolicy,
  residuals: readonly Residual[],
  { output }: ImportFlags,
  session: Session,
  findings: Diagnostic[],
): Promise<boolean> {
  if (output === undefined) {
    if (written.files.length > 0) throw new UsageError('The policy has data files of its own: name a folder with -o.');
    if (residuals.length > 0) throw new UsageError('Some of the rules stay with iptables: name a folder with -o.');
    session.stdout.write(written.policy);
    return true;
  }
  try {
    await writeFolder(output, filesOf(written, residuals));
    return true;
  } catch (error) {
    findings.push(outputFinding(output, error));
    return false;
  }
}

function tell(
  session: Session,
  { output }: ImportFlags,
  rules: number,
  written: WrittenPolicy,
  residuals: readonly Residual[],
): void {
  if (output === undefined) return;
  const lines = written.policy.split('\n').length - 1;
  session.stdout.write(`${formatCount(rules)} rules became ${formatCount(lines)} lines: ${output}/${POLICY}\n`);
  for (const { path, command } of residuals) session.stdout.write(tellBesides(command, `${output}/${path}`));
}
