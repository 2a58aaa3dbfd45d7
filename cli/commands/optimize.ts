/** `sluice optimize`: rules of other tools become the one file that nft loads. */
import { existsSync, readFileSync } from 'node:fs';
import { Argument, Option } from 'commander';
import { compile, type CompileResult, type PlaneOutput } from '../../compiler/compile.ts';
import type { WrittenPolicy } from '../../compiler/import/iptables/write/policy-writer.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { report } from '../findings/report.ts';
import { filesOf, importRulesOf, inputsOf, POLICY } from '../inputs/imported-rules.ts';
import { buildHash } from '../output/build-hash.ts';
import { obstacleFinding, outputFinding } from '../output/output-findings.ts';
import { replaceFile } from '../output/replace-file.ts';
import { writeFolder } from '../output/write-folder.ts';
import { PLANES } from '../planes.ts';
import { formatOf, pathFrom, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { formatCount } from '../terminal/numbers.ts';

interface OptimizeFlags extends PolicyFlags {
  readonly output: string;
  readonly policy?: string;
  readonly keepOpaque?: true;
}

const PLANE = 'nftables';
const RULESET = 'nftables/ruleset.nft';

/** Stands near the beginning of what Sluice writes for nft. */
const MARK = '# Made by Sluice';

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set(['--without', '--no-proof', '--format', '--json']);

export const optimize: CommandDefinition<OptimizeFlags> = {
  name: 'optimize',
  summary: 'make the rules of another tool one file for nft, as few and as fast as they can be',
  description: [
    'Reads what iptables-save and ip6tables-save have written, imports it as `sluice import` does, compiles it with all ' +
      'passes, and writes the one file that `nft -f` loads in one transaction. Packets meet what they met before.',
    'A rule that cannot be said exactly is an error, with the line and the reason; nothing is written then. ' +
      "--keep-opaque keeps what nft can say in nft's own words.",
    'The file is written whole or not at all, and the same input always gives the same bytes. Its comments name lines of ' +
      'the policy that stands between the two: --policy writes that, too.',
  ],
  arguments: [
    new Argument('<files...>', 'what iptables-save, ip6tables-save or ipset save wrote, or `-` for standard input'),
  ],
  options: [
    new Option('-o, --output <file>', 'the file to write').argParser(pathFrom).makeOptionMandatory(),
    new Option('--policy <folder>', 'a folder for the policy as well').argParser(pathFrom),
    new Option('--keep-opaque', "keep what only nft can say in nft's own words"),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'sluice optimize rules.v4 -o rules.nft', does: 'what this dump does, for nft' },
    {
      command: 'sluice optimize rules.v4 rules.v6 -o rules.nft --policy policy',
      does: 'both families in one file, and the policy to go on with',
    },
  ],
  async run(session, paths, flags) {
    const obstacles = obstaclesOf(flags);
    const imported = await importRulesOf(paths, flags.keepOpaque ?? false, session);
    const findings = [...obstacles, ...imported.findings];
    const { written } = imported;
    const result = written && compileWritten(written, flags);
    findings.push(...(result?.diagnostics ?? []));
    const plane = result?.targets[0]?.planes.find((one) => one.plane === PLANE);
    if (written && plane && !findings.some(isError)) {
      if (flags.policy !== undefined) await writing(flags.policy, findings, (to) => writeFolder(to, filesOf(written)));
      const artifact = plane.artifacts.find(({ path }) => path === RULESET);
      await writing(flags.output, findings, (to) => replaceFile(to, artifact?.content ?? []));
    }
    const isDone = plane !== undefined && !findings.some(isError);
    report(session, flags, findings, { files: paths, output: isDone ? flags.output : null });
    if (formatOf(flags) === 'text') {
      if (isDone) tell(session, flags.output, imported.rules, plane);
      else session.stderr.write('Nothing was written.\n');
    }
    return isDone ? EXIT.fine : exitCodeOf(findings);
  },
};

function compileWritten(written: WrittenPolicy, { without = [], proof }: OptimizeFlags): CompileResult {
  const options = { planes: PLANES, without, proof, nameBuild: buildHash };
  return compile({ path: POLICY, text: written.policy }, inputsOf(written), options);
}

/** What is in the way, said before the work rather than after it. */
function obstaclesOf({ output, policy }: OptimizeFlags): Diagnostic[] {
  const found: Diagnostic[] = [];
  const folder = policy === undefined ? undefined : obstacleFinding(policy);
  if (folder) found.push(folder);
  try {
    if (existsSync(output) && !isOurs(readFileSync(output, 'utf8'))) {
      const hint = 'Choose another name, or move that file away.';
      found.push(diagnostic(PROBLEMS.notOurFile, undefined, `${output} is no file that Sluice has written`, { hint }));
    }
  } catch (error) {
    found.push(outputFinding(output, error));
  }
  return found;
}

function isOurs(text: string): boolean {
  return text === '' || text.slice(0, 200).includes(MARK);
}

async function writing(path: string, findings: Diagnostic[], write: (path: string) => Promise<unknown>): Promise<void> {
  try {
    await write(path);
  } catch (error) {
    findings.push(outputFinding(path, error));
  }
}

function tell(session: Session, output: string, rules: number, { build, figures }: PlaneOutput): void {
  const of = (name: string): string => formatCount(figures[name] ?? 0);
  session.stdout.write(
    `${formatCount(rules)} rules became ${of('rules')} rules and ${of('elements')} elements of ${of('sets')} sets: ` +
      `${output}, build ${build.slice(0, 12)}\n` +
      `Load it with \`nft -f ${output}\`; the rules of iptables stay beside it until you flush them.\n`,
  );
}
