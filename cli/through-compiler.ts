/** A policy's path in; what the compiler makes of it, and all that there is to say about it, out. */
import { basename } from 'node:path';
import type { LowerOptions } from '../compiler/compile.ts';
import type { Inputs } from '../compiler/inputs.ts';
import type { Policy } from '../compiler/model/index.ts';
import { didYouMean } from '../grammar/did-you-mean.ts';
import { diagnostic, isError, type Diagnostic } from '../grammar/diagnostic.ts';
import type { SourceFile } from '../grammar/source.ts';
import { distinct } from './findings/distinct.ts';
import { pathsOf, withShownPaths } from './findings/shown-paths.ts';
import { openCalibration } from './inputs/calibration-file.ts';
import { openPolicy } from './inputs/policy-file.ts';
import { profileOf, readProfile } from './inputs/profile-file.ts';
import { record, recordedInputs, type InputRecord } from './inputs/recorded-inputs.ts';
import type { CompileChoices } from './output/manifest.ts';
import { targetNameFindings } from './output/target-names.ts';
import { PLANES } from './planes.ts';
import { PROBLEMS } from './problems.ts';
import type { Session } from './session.ts';
import type { Phases } from './terminal/phases.ts';

/** What every way through the compiler comes to. */
interface Result {
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly targets: readonly { readonly name: string }[];
}

export interface Processed<R> {
  /** Of the policy, its files and its targets; paths as the user would name them. */
  readonly findings: readonly Diagnostic[];
  /** Undefined: the policy could not be read. */
  readonly read: ReadPolicy<R> | undefined;
}

interface ReadPolicy<R> {
  readonly result: R;
  readonly inputs: readonly InputRecord[];
  readonly policyPath: string;
  /** How the user would name a file that the result names. */
  readonly shown: (path: string) => string;
}

/** Reads the policy at `path` (`-`: standard input) and hands it to `run` with all that it needs. */
export async function throughCompiler<R extends Result>(
  path: string,
  choices: CompileChoices,
  session: Session,
  phases: Phases,
  run: (main: SourceFile, inputs: Inputs, options: LowerOptions) => R,
): Promise<Processed<R>> {
  phases.begin('read');
  const opened = await openPolicy(path, session);
  if ('finding' in opened) return { findings: [opened.finding], read: undefined };

  const { policy } = opened;
  const inputs = recordedInputs(policy, choices.today);
  const profiled = choices.profile === undefined ? undefined : openProfile(choices.profile);
  if (profiled && 'finding' in profiled) return { findings: [profiled.finding], read: undefined };
  const calibrated = choices.calibration === undefined ? undefined : openCalibration(choices.calibration, PLANES);
  if (calibrated && 'finding' in calibrated) return { findings: [calibrated.finding], read: undefined };
  const result = run(policy.source, inputs, {
    planes: calibrated?.planes ?? PLANES,
    without: choices.without,
    proof: choices.proof,
    keepCounters: choices.keepCounters,
    ...(profiled ? { profile: profiled.profile } : {}),
    ...(choices.target === undefined ? {} : { target: choices.target }),
    onPhase: (phase) => phases.begin(phase),
  });
  const found = [...result.diagnostics, ...targetFindings(result, choices.target)];
  const findings = withShownPaths(distinct(found), policy, inputs.hasRead);
  const records = [...inputs.records(), ...[profiled, calibrated].flatMap((file) => file?.record ?? [])];
  return {
    findings,
    read: { result, inputs: records, policyPath: policy.source.path, shown: pathsOf(policy, inputs.hasRead) },
  };
}

/** The counters of a profile, and the record of its file. */
function openProfile(path: string) {
  const read = readProfile(path);
  if ('finding' in read) return read;
  const result = profileOf(path, read.text);
  return 'finding' in result ? result : { ...result, record: record(basename(path), read.bytes) };
}

/** Findings about the target asked for, and about what the targets are called. */
function targetFindings({ policy, targets, diagnostics }: Result, wanted: string | undefined): readonly Diagnostic[] {
  const findings = targetNameFindings(targets.map(({ name }) => name));
  if (!policy || diagnostics.some(isError) || wanted === undefined) return findings;
  const names = policy.targets.length > 0 ? policy.targets.map(({ name }) => name) : ['host'];
  if (names.includes(wanted)) return findings;
  const hint = didYouMean(wanted, names) ?? `Its targets: ${names.join(', ')}.`;
  return [
    ...findings,
    diagnostic(PROBLEMS.unknownTarget, undefined, `the policy has no target \`${wanted}\``, { hint }),
  ];
}
