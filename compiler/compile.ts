/** The whole pipeline, a line a phase. Pure: what it reads comes in as `inputs`, what it makes goes out as artifacts. */
import { isError, type Diagnostic } from '../grammar/diagnostic.ts';
import type { SourceFile } from '../grammar/source.ts';
import { buildProgram } from './4-program/build.ts';
import { place, type Placement } from './5-place/place.ts';
import { buildPlan, type PlanOptions } from './6-plan/build.ts';
import { checkPolicy } from './check.ts';
import { startOfDay, type Inputs } from './inputs.ts';
import type { Policy, Target } from './model/index.ts';
import type { Plane, PlaneOutput } from './plane.ts';
import { runExpectations } from './semantics/expect.ts';

export interface CompileOptions extends PlanOptions {
  readonly planes: readonly Plane[];
  /** Only this target of the policy's; undefined: all. */
  readonly target?: string;
  /** Hash of the inputs and the compiler's version, as hexadecimal digits. */
  readonly build: string;
  /** Told the name of each phase as it begins, for progress and timing. */
  readonly onPhase?: (phase: string) => void;
}

/** What one target gets. */
export interface TargetOutput {
  /** The target's name; `host` where the policy declares none. */
  readonly name: string;
  readonly planes: readonly { readonly plane: string; readonly output: PlaneOutput }[];
  readonly placements: readonly Placement[];
}

export interface CompileResult {
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there is an error: a compile that fails makes nothing. */
  readonly targets: readonly TargetOutput[];
}

/** Compiles a policy for its targets. Never throws for anything a policy or its data may contain. */
export function compile(main: SourceFile, inputs: Inputs, options: CompileOptions): CompileResult {
  options.onPhase?.('check');
  const { policy, diagnostics: found } = checkPolicy(main, inputs);
  const diagnostics = [...found];
  if (!policy || diagnostics.some(isError)) return { policy, diagnostics, targets: [] };

  options.onPhase?.('expect');
  diagnostics.push(...runExpectations(policy, inputs.today ? { now: startOfDay(inputs.today) } : {}));
  if (diagnostics.some(isError)) return { policy, diagnostics, targets: [] };

  const targets = targetsOf(policy, options.target).map((target) =>
    compileTarget(policy, target, options, diagnostics),
  );
  return { policy, diagnostics, targets: diagnostics.some(isError) ? [] : targets };
}

function targetsOf(policy: Policy, name: string | undefined): readonly (Target | undefined)[] {
  if (policy.targets.length === 0) return [undefined];
  return name === undefined ? policy.targets : policy.targets.filter((target) => target.name === name);
}

function compileTarget(
  policy: Policy,
  target: Target | undefined,
  options: CompileOptions,
  diagnostics: Diagnostic[],
): TargetOutput {
  const name = target?.name ?? 'host';
  options.onPhase?.('program');
  const { program, diagnostics: programFindings } = buildProgram(policy, target);
  diagnostics.push(...programFindings);

  options.onPhase?.('place');
  const { parts, placements, diagnostics: placeFindings } = place(program, options.planes);
  diagnostics.push(...placeFindings);

  const planes = parts.flatMap(({ plane, program: part }) => {
    options.onPhase?.(`plan ${plane.name}`);
    const { plan, diagnostics: planFindings } = buildPlan(part, options);
    diagnostics.push(...planFindings);
    if (planFindings.some(isError)) return [];
    options.onPhase?.(`emit ${plane.name}`);
    const output = plane.lower(plan, { name: policy.name, build: options.build, remarks: [] });
    diagnostics.push(...output.diagnostics);
    return { plane: plane.name, output };
  });
  return { name, planes, placements };
}
