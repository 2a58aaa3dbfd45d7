/** `sluice import`: rules of other tools become a policy. */
import { Argument, Option } from 'commander';
import { lowerPolicy } from '../../compiler/compile.ts';
import { importIptables, type ImportResult } from '../../compiler/import/iptables/import.ts';
import type { WrittenPolicy } from '../../compiler/import/iptables/write/policy-writer.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { report } from '../findings/report.ts';
import { openPolicy } from '../inputs/policy-file.ts';
import { standardModule, standardModules } from '../inputs/standard-library.ts';
import { obstacleFinding, outputFinding } from '../output/output-findings.ts';
import { writeFolder } from '../output/write-folder.ts';
import { PLANES } from '../planes.ts';
import { formatOf, pathFrom, policyOptions, type PolicyFlags } from '../policy-options.ts';
import type { Session } from '../session.ts';
import { formatCount } from '../terminal/numbers.ts';
import { UsageError } from '../usage-error.ts';

interface ImportFlags extends PolicyFlags {
  readonly output?: string;
  readonly keepOpaque?: true;
}

const POLICY = 'policy.sluice';

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set(['--format', '--json']);

export const importRules: CommandDefinition<ImportFlags> = {
  name: 'import',
  summary: 'make a policy from the rules of another tool',
  description: [
    'Reads what iptables-save and ip6tables-save have written (one file or several, of either family) and writes the ' +
      'policy that treats every packet the same: zones from interfaces, groups from chains, services by name, sets where ' +
      'rules differ in one value.',
    'A rule that a policy cannot say exactly is an error, with the line and the reason; nothing is written then. ' +
      "--keep-opaque keeps what nft can say in nft's own words.",
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
  ],
  async run(session, [, ...paths], flags) {
    const obstacle = flags.output === undefined ? undefined : obstacleFinding(flags.output);
    const { sources, findings } = await readAll(paths, session);
    if (obstacle) findings.push(obstacle);
    const services = standardModule('services');
    const result =
      findings.length > 0 ? undefined : importIptables(sources, { keepOpaque: flags.keepOpaque ?? false, services });
    findings.push(...(result?.findings ?? []));
    const written = result?.written && (await formatted(result.written, findings));
    const isDone = written !== undefined && (await deliver(written, flags, session, findings));
    report(session, flags, findings, { files: paths, output: isDone ? (flags.output ?? null) : null });
    if (isDone && formatOf(flags) === 'text') tell(session, flags, result, written);
    if (!isDone && formatOf(flags) === 'text') session.stderr.write('Nothing was written.\n');
    return isDone ? EXIT.fine : EXIT.findings;
  },
};

async function readAll(
  paths: readonly string[],
  session: Session,
): Promise<{ readonly sources: readonly SourceFile[]; readonly findings: Diagnostic[] }> {
  const sources: SourceFile[] = [];
  const findings: Diagnostic[] = [];
  for (const path of paths) {
    const opened = await openPolicy(path, session);
    if ('finding' in opened) findings.push(opened.finding);
    else sources.push({ path: opened.policy.shownPath, text: opened.policy.source.text });
  }
  return { sources, findings };
}

/** The policy in the one form; undefined where it does not compile, which is found now and not by the user. */
async function formatted(written: WrittenPolicy, findings: Diagnostic[]): Promise<WrittenPolicy | undefined> {
  // Prettier is large.
  const { format } = await import('../../grammar/prettier-plugin.ts');
  const policy = await format(written.policy);
  const made: Inputs = {
    read: (path) => {
      const file = written.files.find((one) => one.path === path);
      return file && new TextEncoder().encode(file.text);
    },
    standard: (name) => (standardModules().includes(name) ? standardModule(name) : undefined),
    standardNames: standardModules(),
    today: undefined,
  };
  const { diagnostics } = lowerPolicy({ path: POLICY, text: policy }, made, { planes: PLANES });
  const errors = diagnostics.filter(isError);
  findings.push(...errors);
  return errors.length > 0 ? undefined : { policy, files: written.files };
}

/** Writes the policy; false where it cannot be. */
async function deliver(
  { policy, files }: WrittenPolicy,
  { output }: ImportFlags,
  session: Session,
  findings: Diagnostic[],
): Promise<boolean> {
  if (output === undefined) {
    if (files.length > 0) throw new UsageError('The policy has data files of its own: name a folder with -o.');
    session.stdout.write(policy);
    return true;
  }
  const contents = [{ path: POLICY, text: policy }, ...files];
  try {
    await writeFolder(
      output,
      contents.map(({ path, text }) => ({ path, content: [new TextEncoder().encode(text)] })),
    );
    return true;
  } catch (error) {
    findings.push(outputFinding(output, error));
    return false;
  }
}

function tell(
  session: Session,
  { output }: ImportFlags,
  result: ImportResult | undefined,
  written: WrittenPolicy,
): void {
  if (output === undefined) return;
  const lines = written.policy.split('\n').length - 1;
  session.stdout.write(
    `${formatCount(result?.rules ?? 0)} rules became ${formatCount(lines)} lines: ${output}/${POLICY}\n`,
  );
}
