/** A policy file and what it reads in, an output folder out, or findings and nothing. */
import { compile, type TargetOutput } from '../compiler/compile.ts';
import type { Diagnostic } from '../grammar/diagnostic.ts';
import { deltaFindings } from './findings/delta-findings.ts';
import { forbid } from './findings/forbid.ts';
import { readFormerOutput } from './inputs/former-output.ts';
import { buildHash } from './output/build-hash.ts';
import type { CompileChoices, DescribedFile } from './output/manifest.ts';
import { leftBehindFinding, obstacleFinding, outputFinding } from './output/output-findings.ts';
import { outputTree } from './output/output-tree.ts';
import { writeFolder } from './output/write-folder.ts';
import { version } from './package.ts';
import type { Session } from './session.ts';
import type { Phases } from './terminal/phases.ts';
import { throughCompiler } from './through-compiler.ts';

export interface CompileRequest {
  /** The output folder, as the user named it. */
  readonly folder: string;
  /** The output folder of an earlier compile, from which a delta is to lead here. */
  readonly since?: string;
  readonly choices: CompileChoices;
  /** Warnings are errors. */
  readonly strict: boolean;
}

export interface Outcome {
  readonly findings: readonly Diagnostic[];
  /** Undefined: there is an error, and nothing was written. */
  readonly made: { readonly targets: readonly TargetOutput[]; readonly files: readonly DescribedFile[] } | undefined;
}

/** Compiles the policy at `path` (`-`: standard input) and writes the output folder, unless a finding forbids it. */
export async function compileInto(
  path: string,
  request: CompileRequest,
  session: Session,
  phases: Phases,
): Promise<Outcome> {
  const { folder, since, choices, strict } = request;
  const obstacle = obstacleFinding(folder);
  if (obstacle) return { findings: [obstacle], made: undefined };

  if (since !== undefined) phases.begin('read earlier output');
  const former = since === undefined ? undefined : readFormerOutput(since);
  const { findings: found, read } = await throughCompiler(path, choices, session, phases, (main, inputs, options) =>
    compile(main, inputs, {
      ...options,
      nameBuild: buildHash,
      ...(former?.kind === 'builds' ? { former: former.buildOf } : {}),
    }),
  );
  const findings = [...found, ...(former && read ? deltaFindings(former, read.result.targets) : [])];
  if (!read || forbid(findings, strict)) return { findings, made: undefined };

  phases.begin('write');
  const { targets } = read.result;
  const tree = outputTree({ version, policy: read.policyPath, choices, inputs: read.inputs, targets });
  try {
    const { leftBehind } = await writeFolder(folder, tree.files);
    const remarks = leftBehind === undefined ? [] : [leftBehindFinding(leftBehind)];
    return { findings: [...findings, ...remarks], made: { targets, files: tree.described } };
  } catch (error) {
    return { findings: [...findings, outputFinding(folder, error)], made: undefined };
  }
}
