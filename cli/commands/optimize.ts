/** `sluice optimize`: rules of other tools become the one file that nft loads. */
import { Argument, Option } from 'commander';
import { compile, type CompileResult, type PlaneOutput } from '../../compiler/compile.ts';
import type { Profile } from '../../compiler/4-program/hits.ts';
import type { Artifact } from '../../compiler/plane.ts';
import type { Residual } from '../../compiler/import/iptables/residual/write-residual.ts';
import type { WrittenPolicy } from '../../compiler/import/iptables/write/policy-writer.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { report } from '../findings/report.ts';
import { deltaFrom, deltaPath, writeDelta, type DeltaFile } from '../output/delta-file.ts';
import { filesOf, importRulesOf, inputsOf, POLICY, tellBesides, type ImportedRules } from '../inputs/imported-rules.ts';
import { countersOf } from '../inputs/profile-file.ts';
import { readFormerRuleset, type OpenedRuleset } from '../inputs/former-ruleset.ts';
import { buildHash } from '../output/build-hash.ts';
import { isForeign } from '../output/foreign-file.ts';
import { obstacleFinding, outputFinding } from '../output/output-findings.ts';
import { replaceFiles } from '../output/replace-file.ts';
import { foreignResiduals, removeFormerResiduals, residualFiles, residualPath } from '../output/residual-files.ts';
import { writeFolder } from '../output/write-folder.ts';
import { PLANES } from '../planes.ts';
import { formatOf, KEEP_COUNTERS, pathFrom, policyOptions, PROFILE, type PolicyFlags } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { formatCount } from '../terminal/numbers.ts';

interface OptimizeFlags extends PolicyFlags {
  readonly output: string;
  readonly policy?: string;
  readonly since?: string;
  readonly keepOpaque?: true;
}

const PLANE = 'nftables';
const RULESET = 'nftables/ruleset.nft';

/** Stands near the beginning of what Sluice writes for nft. */
const MARK = '# Made by Sluice';

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set([
  '--without',
  '--no-proof',
  '--keep-counters',
  '--profile',
  '--format',
  '--json',
]);

export const optimize: CommandDefinition<OptimizeFlags> = {
  name: 'optimize',
  summary: 'make the rules of another tool one file for nft, as few and as fast as they can be',
  description: [
    'Reads what iptables-save and ip6tables-save have written, imports it as `sluice import` does, compiles it with all ' +
      'passes, and writes the one file that `nft -f` loads in one transaction. Packets meet what they met before.',
    'A rule that cannot be said exactly is an error, with the line and the reason; nothing is written then. ' +
      "--keep-opaque keeps what nft can say in nft's own words. What only iptables can ask of a packet (text in it, the port of " +
      'a bridge) then stays with iptables: a file beside the one for nft (rules.nft: rules.iptables.save) has it set bits of the ' +
      'mark, which the rules for nft ask for. Both files are written, or none.',
    'The file is written whole or not at all, and the same input always gives the same bytes. Its comments name lines of ' +
      'the policy that stands between the two: --policy writes that, too.',
    'With --since, what leads from an earlier file to this one is written beside it (rules.nft: rules.delta.nft): a small ' +
      'transaction that leaves alone what is alike in both, with its counters, limits and connections. It fails where another ' +
      'build is loaded.',
    `${KEEP_COUNTERS} What the files say that iptables has counted so far is no part of the build, and the counters begin anew.`,
    `${PROFILE} What \`iptables-save -c\` has written of the same rules is a profile, too, and may be the very file that is optimized.`,
  ],
  arguments: [
    new Argument('<files...>', 'what iptables-save, ip6tables-save or ipset save wrote, or `-` for standard input'),
  ],
  options: [
    new Option('-o, --output <file>', 'the file to write').argParser(pathFrom).makeOptionMandatory(),
    new Option('--policy <folder>', 'a folder for the policy as well').argParser(pathFrom),
    new Option(
      '--since <file>',
      'an earlier file (may be the one to write): write what leads from there to here',
    ).argParser(pathFrom),
    new Option('--keep-opaque', "keep what only nft can say in nft's own words"),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'sluice optimize rules.v4 -o rules.nft', does: 'what this dump does, for nft' },
    {
      command: 'sluice optimize rules.v4 rules.v6 -o rules.nft --policy policy',
      does: 'both families in one file, and the policy to go on with',
    },
    {
      command: 'sluice optimize rules.v4 --profile rules.v4 -o rules.nft',
      does: 'ask first the rules that most packets met, as `iptables-save -c` counted them',
    },
    {
      command: 'sluice optimize rules.v4 -o rules.nft --since rules.nft',
      does: 'and write what has changed since the last time',
    },
  ],
  async run(session, paths, flags) {
    const obstacles = obstaclesOf(flags);
    const earlier = flags.since === undefined ? undefined : readFormerRuleset(flags.since, RULESET);
    const counters = countersOf(flags.profile);
    const imported = await importRulesOf(paths, flags.keepOpaque ?? false, session, counters.dump);
    const findings = [...obstacles, ...(counters.findings ?? []), ...imported.findings];
    const { written, residuals } = imported;
    findings.push(...foreignResiduals(flags.output, residuals).map(notOurFile));
    const profile = counters.dump && written ? byPlace(written) : counters.profile;
    const { plane, delta } = written && !counters.findings ? made(written, flags, profile, earlier, findings) : {};
    if (written && plane && !findings.some(isError)) await writeAll(flags, imported, plane, delta, findings);
    const isDone = plane !== undefined && !findings.some(isError);
    report(session, flags, findings, {
      files: paths,
      output: isDone ? flags.output : null,
      ...besidesOf(flags, isDone ? residuals : []),
      ...(delta && { delta: isDone && delta.content ? deltaPath(flags.output) : null }),
    });
    if (formatOf(flags) === 'text') {
      if (isDone) tell(session, flags.output, imported, plane, delta);
      else session.stderr.write('Nothing was written.\n');
    }
    return isDone ? EXIT.fine : exitCodeOf(findings);
  },
};

/** The files that have to be loaded besides, where there are any. */
function besidesOf({ output }: OptimizeFlags, residuals: readonly Residual[]): { readonly besides?: string[] } {
  return residuals.length > 0 ? { besides: residuals.map(({ path }) => residualPath(output, path)) } : {};
}

/** Writes what was made; what could not be written becomes a finding. */
async function writeAll(
  { output, policy }: OptimizeFlags,
  { written, residuals }: ImportedRules,
  { artifacts }: PlaneOutput,
  delta: DeltaFile | undefined,
  findings: Diagnostic[],
): Promise<void> {
  if (policy !== undefined && written) {
    await writing(policy, findings, (to) => writeFolder(to, filesOf(written, residuals)));
  }
  const artifact = artifacts.find(({ path }) => path === RULESET);
  await writing(output, findings, async (to) => {
    await replaceFiles([{ path: to, content: artifact?.content ?? [] }, ...residualFiles(to, residuals)]);
    removeFormerResiduals(to, residuals);
  });
  if (delta) await writing(deltaPath(output), findings, (to) => writeDelta(to, delta));
}

const byPlace = ({ packets }: WrittenPolicy): Profile => ({ kind: 'by place', packets });

/** What becomes of the policy: the plane's output, and what leads there from the earlier file if one is given. */
function made(
  written: WrittenPolicy,
  flags: OptimizeFlags,
  profile: Profile | undefined,
  earlier: OpenedRuleset | undefined,
  findings: Diagnostic[],
): { readonly plane?: PlaneOutput; readonly delta?: DeltaFile } {
  const { diagnostics, targets } = compileWritten(written, flags, profile, earlier);
  findings.push(...diagnostics);
  const plane = targets[0]?.planes.find((one) => one.plane === PLANE);
  if (!plane) return {};
  const delta = earlier && deltaFrom(earlier, plane);
  findings.push(...(delta?.findings ?? []));
  return delta ? { plane, delta } : { plane };
}

function compileWritten(
  written: WrittenPolicy,
  { without = [], proof, keepCounters }: OptimizeFlags,
  profile: Profile | undefined,
  earlier: OpenedRuleset | undefined,
): CompileResult {
  const former = earlier?.kind === 'build' ? { former: () => earlier.former } : {};
  const counted = profile ? { profile } : {};
  const options = {
    planes: PLANES,
    without,
    proof,
    keepCounters: keepCounters ?? false,
    nameBuild: rulesetHash,
    ...former,
    ...counted,
  };
  return compile({ path: POLICY, text: written.policy }, inputsOf(written), options);
}

/** Names a build by the one file of it that is written, so that the file tells whether it is as it was. */
function rulesetHash(artifacts: readonly Artifact[]): string {
  return buildHash(artifacts.filter(({ path }) => path === RULESET));
}

/** What is in the way, said before the work rather than after it. */
function obstaclesOf({ output, policy, since }: OptimizeFlags): Diagnostic[] {
  const found: Diagnostic[] = [];
  const folder = policy === undefined ? undefined : obstacleFinding(policy);
  if (folder) found.push(folder);
  for (const path of since === undefined ? [output] : [output, deltaPath(output)]) {
    try {
      if (isForeign(path, isOurs)) found.push(notOurFile(path));
    } catch (error) {
      found.push(outputFinding(path, error));
    }
  }
  return found;
}

function notOurFile(path: string): Diagnostic {
  const hint = 'Choose another name, or move that file away.';
  return diagnostic(PROBLEMS.notOurFile, undefined, `${path} is no file that Sluice has written`, { hint });
}

function isOurs(beginning: string): boolean {
  return beginning === '' || beginning.includes(MARK);
}

async function writing(path: string, findings: Diagnostic[], write: (path: string) => Promise<unknown>): Promise<void> {
  try {
    await write(path);
  } catch (error) {
    findings.push(outputFinding(path, error));
  }
}

function tell(
  session: Session,
  output: string,
  { rules, residuals }: ImportedRules,
  { build, figures }: PlaneOutput,
  delta: DeltaFile | undefined,
): void {
  const of = (name: string): string => formatCount(figures[name] ?? 0);
  session.stdout.write(
    `${formatCount(rules)} rules became ${of('rules')} rules and ${of('elements')} elements of ${of('sets')} sets: ` +
      `${output}, build ${build.slice(0, 12)}\n` +
      `Load it with \`nft -f ${output}\`; the rules of iptables stay beside it until you flush them.\n`,
  );
  for (const { path, command } of residuals) session.stdout.write(tellBesides(command, residualPath(output, path)));
  if (delta?.told) session.stdout.write(delta.told(deltaPath(output)));
}
