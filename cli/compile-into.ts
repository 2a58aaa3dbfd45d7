/** A policy file and what it reads in, an output folder out, or findings and nothing. */
import { compile, type CompileResult, type TargetOutput } from '../compiler/compile.ts';
import { isError, diagnostic, type Diagnostic } from '../grammar/diagnostic.ts';
import { didYouMean } from '../grammar/did-you-mean.ts';
import { distinct } from './findings/distinct.ts';
import { forbid } from './findings/forbid.ts';
import { withShownPaths } from './findings/shown-paths.ts';
import { openPolicy, type PolicyFile } from './inputs/policy-file.ts';
import { recordedInputs, type RecordedInputs } from './inputs/recorded-inputs.ts';
import { buildHash } from './output/build-hash.ts';
import type { CompileChoices, DescribedFile } from './output/manifest.ts';
import { leftBehindFinding, obstacleFinding, outputFinding } from './output/output-findings.ts';
import { outputTree, targetNameFindings } from './output/output-tree.ts';
import { writeFolder } from './output/write-folder.ts';
import { version } from './package.ts';
import { PLANES } from './planes.ts';
import { PROBLEMS } from './problems.ts';
import type { Session } from './session.ts';
import type { Phases } from './terminal/phases.ts';

export interface CompileRequest {
  /** The output folder, as the user named it. */
  readonly folder: string;
  readonly choices: CompileChoices;
  /** Warnings are errors. */
  readonly strict: boolean;
}

export interface Outcome {
  readonly findings: readonly Diagnostic[];
  /** Undefined: there is an error, and nothing was written. */
  readonly made:
    | { readonly build: string; readonly targets: readonly TargetOutput[]; readonly files: readonly DescribedFile[] }
    | undefined;
}

/** Compiles the policy at `path` (`-`: standard input) and writes the output folder, unless a finding forbids it. */
export async function compileInto(
  path: string,
  request: CompileRequest,
  session: Session,
  phases: Phases,
): Promise<Outcome> {
  phases.begin('read');
  const obstacle = obstacleFinding(request.folder);
  if (obstacle) return { findings: [obstacle], made: undefined };
  const opened = await openPolicy(path, session);
  if ('finding' in opened) return { findings: [opened.finding], made: undefined };

  const inputs = recordedInputs(opened.policy, request.choices.today);
  const { build, result } = compileNamed(opened.policy, inputs, request.choices, phases);
  const found = [...result.diagnostics, ...inputs.findings(), ...targetFindings(result, request.choices.target)];
  const findings = withShownPaths(distinct(found), opened.policy, inputs.hasRead);
  if (forbid(findings, request.strict)) return { findings, made: undefined };

  phases.begin('write');
  const { targets } = result;
  const policy = opened.policy.source.path;
  const records = inputs.records();
  const tree = outputTree({ version, build, policy, choices: request.choices, inputs: records, targets });
  try {
    const { leftBehind } = await writeFolder(request.folder, tree.files);
    const remarks = leftBehind === undefined ? [] : [leftBehindFinding(leftBehind)];
    return { findings: [...findings, ...remarks], made: { build, targets, files: tree.described } };
  } catch (error) {
    return { findings: [...findings, outputFinding(request.folder, error)], made: undefined };
  }
}

/** Compiles, and names the build once everything that it depends on has been read. */
function compileNamed(
  policy: PolicyFile,
  inputs: RecordedInputs,
  choices: CompileChoices,
  phases: Phases,
): { readonly build: string; readonly result: CompileResult } {
  const hashNow = (): string => buildHash(version, policy.source.path, inputs.records(), choices);
  let build: string | undefined;
  const result = compile(policy.source, inputs, {
    planes: PLANES,
    ...(choices.target === undefined ? {} : { target: choices.target }),
    // The planes are the first to ask, and by then every file has been read.
    get build() {
      build ??= hashNow();
      return build;
    },
    onPhase: (phase) => phases.begin(phase),
  });
  if (build !== undefined && build !== hashNow()) throw new Error('a file was read after the build had got its name');
  return { build: build ?? hashNow(), result };
}

/** Findings about the target asked for, and about what the targets are called. */
function targetFindings(
  { policy, targets, diagnostics }: CompileResult,
  wanted: string | undefined,
): readonly Diagnostic[] {
  const findings = [...targetNameFindings(targets)];
  if (!policy || diagnostics.some(isError) || wanted === undefined) return findings;
  const names = policy.targets.length > 0 ? policy.targets.map(({ name }) => name) : ['host'];
  if (names.includes(wanted)) return findings;
  const hint = didYouMean(wanted, names) ?? `Its targets: ${names.join(', ')}.`;
  return [
    ...findings,
    diagnostic(PROBLEMS.unknownTarget, undefined, `the policy has no target \`${wanted}\``, { hint }),
  ];
}
