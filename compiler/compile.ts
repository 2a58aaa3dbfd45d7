/** The whole pipeline, a line a phase. Pure: what it reads comes in as `inputs`, what it makes goes out as artifacts. */
import { isError, type Diagnostic } from '../grammar/diagnostic.ts';
import type { SourceFile } from '../grammar/source.ts';
import { buildProgram } from './4-program/build.ts';
import type { Program } from './4-program/program.ts';
import { hitsOf, withWeights, type Hits, type Profile } from './4-program/hits.ts';
import { withRuleCounters } from './4-program/rule-counters.ts';
import { place, type BalancePlacement, type Placement, type ShapePlacement } from './5-place/place.ts';
import { buildPlan, type PassChoice } from './6-plan/build.ts';
import type { Plan } from './6-plan/plan.ts';
import { checkPolicy } from './check.ts';
import type { MemorySizes } from './cost/memory.ts';
import type { Prices } from './cost/prices.ts';
import { startOfDay, type Inputs } from './inputs.ts';
import type { ExpectationBlock, Policy, Target } from './model/index.ts';
import type { Artifact, DeltaOutcome, FormerBuild, Lowered, Plane, SourceMapEntry } from './plane.ts';
import { runningChanges, type RunningChange } from './diff/running.ts';
import type { Comparison } from './proof/machine/compare.ts';
import { compareOther, compareReadBack, type ComparedPart } from './proof/machine/read-back.ts';
import { proveAhead } from './proof/ahead-proof.ts';
import { provePlan, type ProvedStage } from './proof/prove.ts';
import { runExpectations } from './semantics/expect.ts';

export interface LowerOptions extends PassChoice {
  readonly planes: readonly Plane[];
  /** Only this target of the policy's; undefined: all. */
  readonly target?: string;
  /** False: plans are not proved, and what is written says so. */
  readonly proof?: boolean;
  /** Each rule gets a counter of its own. */
  readonly keepCounters?: boolean;
  /** How often rules were met: plans are made for that. */
  readonly profile?: Profile;
  /** Packets that are asked about; see `questionText`. */
  readonly questions?: readonly SourceFile[];
  /** Told the name of each phase as it begins, for progress and timing. */
  readonly onPhase?: (phase: string) => void;
}

export interface CompileOptions extends LowerOptions {
  /** Names a plane's build by its artifacts, in which `UNNAMED_BUILD` stands for the name; the planes carry the name. */
  readonly nameBuild: (artifacts: readonly Artifact[]) => string;
  /** A plane's earlier build for a target, which what leads from there to here is wanted for; by default: for none. */
  readonly former?: (target: string, plane: string) => FormerBuild | undefined;
}

/** Stands for a build's name as long as it has none; as long as a SHA-256. */
export const UNNAMED_BUILD = '0'.repeat(64);

/** What every artifact says where nothing was proved. */
const UNPROVED = 'NOT PROVED to mean what the policy means: made with --no-proof.';

/** One plane's part of a target, and what was proved of its plan; undefined: nothing was asked to be. */
export interface LoweredPart {
  readonly plane: string;
  readonly program: Program;
  readonly plan: Plan;
  /** See `BuiltPlan`. */
  readonly idle: ReadonlySet<string>;
  readonly prices: Prices;
  readonly memory: MemorySizes | undefined;
  readonly lowered: Lowered;
  readonly proved: readonly ProvedStage[] | undefined;
}

/** One target's part of a policy, in the terms of its planes. */
export interface LoweredTarget {
  /** The target's name; `host` where the policy declares none. */
  readonly name: string;
  readonly planes: readonly LoweredPart[];
  readonly placements: readonly Placement[];
  readonly balances: readonly BalancePlacement[];
  readonly shapes: readonly ShapePlacement[];
  readonly idle: readonly IdlePlane[];
}

/** A plane that the target names and that has nothing to do, where what an earlier build loaded would stay. */
export interface IdlePlane {
  readonly plane: string;
  /** How to take that away, a command a line. */
  readonly takeAway: readonly string[];
}

export interface LoweredPolicy {
  readonly policy: Policy | undefined;
  /** Without an error here, the policy compiles. */
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there is an error. */
  readonly targets: readonly LoweredTarget[];
  /** What `questions` ask. */
  readonly questions: readonly ExpectationBlock[];
}

/** What other rules do, stage by stage; or why it is not known. */
export type OtherRules = readonly Comparison<readonly RunningChange[]>[] | { readonly why: string };

/** What one plane of a target gets. */
export interface PlaneOutput {
  readonly plane: string;
  /** The build's name, as the artifacts carry it. */
  readonly build: string;
  readonly artifacts: readonly Artifact[];
  readonly sourceMap: readonly SourceMapEntry[];
  /** See `LoweredPart`. */
  readonly proved: readonly ProvedStage[] | undefined;
  /** What of the artifacts was read back, and compared with the policy; undefined: nothing was. */
  readonly compared: readonly ComparedPart[] | undefined;
  /** What other artifacts in the place of these do to packets, beside the policy; undefined: they cannot be read back. */
  readonly compareOther: ((others: readonly Artifact[]) => OtherRules) | undefined;
  /** See `Lowered`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly load: readonly string[];
  readonly makes: readonly string[];
  readonly unload: readonly string[];
  /** What leads here from the earlier build; undefined: there is none. */
  readonly since: Since | undefined;
}

/** What leads from the earlier build of that name. */
export interface Since {
  readonly build: string;
  readonly outcome: DeltaOutcome;
}

/** A plane that an earlier build had something for, and that this one has nothing for. */
export interface GonePlane {
  readonly plane: string;
  readonly since: Since;
}

/** What one target gets. */
export interface TargetOutput {
  readonly name: string;
  readonly planes: readonly PlaneOutput[];
  readonly placements: readonly Placement[];
  readonly balances: readonly BalancePlacement[];
  readonly shapes: readonly ShapePlacement[];
  readonly idle: readonly IdlePlane[];
  readonly gone: readonly GonePlane[];
}

export interface CompileResult {
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Empty where there is an error: a compile that fails makes nothing. */
  readonly targets: readonly TargetOutput[];
}

/** Compiles a policy for its targets. Never throws for anything a policy or its data may contain. */
export function compile(main: SourceFile, inputs: Inputs, options: CompileOptions): CompileResult {
  const { policy, diagnostics, targets } = lowerPolicy(main, inputs, options);
  return policy ? write(policy, diagnostics, targets, options) : { policy, diagnostics, targets: [] };
}

/** Compiles a policy that was checked before; its expectations are not run. */
export function compileChecked(policy: Policy, options: CompileOptions): CompileResult {
  const diagnostics: Diagnostic[] = [];
  const targets = targetsOf(policy, options.target).map((target) =>
    lowerTarget(policy, target, undefined, options, diagnostics),
  );
  return write(policy, diagnostics, diagnostics.some(isError) ? [] : targets, options);
}

function write(
  policy: Policy,
  found: readonly Diagnostic[],
  targets: readonly LoweredTarget[],
  options: CompileOptions,
): CompileResult {
  const diagnostics = [...found];
  const written = targets.map((target) => writeTarget(target, policy, options, diagnostics));
  return { policy, diagnostics, targets: diagnostics.some(isError) ? [] : written };
}

/** Everything that can fail in a compile, for all of its targets; nothing is written down. */
export function lowerPolicy(main: SourceFile, inputs: Inputs, options: LowerOptions): LoweredPolicy {
  options.onPhase?.('check');
  const { policy: checked, diagnostics: found, questions } = checkPolicy(main, inputs, options.questions);
  const diagnostics = [...found];
  if (!checked || diagnostics.some(isError)) return { policy: checked, diagnostics, targets: [], questions };
  const policy = options.keepCounters ? withRuleCounters(checked) : checked;

  options.onPhase?.('expect');
  diagnostics.push(...runExpectations(policy, inputs.today ? { now: startOfDay(inputs.today) } : {}));

  const profiled = options.profile && hitsOf(policy, options.profile, main.path);
  diagnostics.push(...(profiled?.diagnostics ?? []));

  const targets = targetsOf(policy, options.target).map((target) =>
    lowerTarget(policy, target, profiled?.hits, options, diagnostics),
  );
  return { policy, diagnostics, targets: diagnostics.some(isError) ? [] : targets, questions };
}

function targetsOf(policy: Policy, name: string | undefined): readonly (Target | undefined)[] {
  if (policy.targets.length === 0) return [undefined];
  return name === undefined ? policy.targets : policy.targets.filter((target) => target.name === name);
}

function lowerTarget(
  policy: Policy,
  target: Target | undefined,
  hits: Hits | undefined,
  options: LowerOptions,
  diagnostics: Diagnostic[],
): LoweredTarget {
  const name = target?.name ?? 'host';
  options.onPhase?.('program');
  const { program: built, diagnostics: programFindings } = buildProgram(policy, target);
  const program = hits ? withWeights(built, hits) : built;
  diagnostics.push(...programFindings);

  options.onPhase?.('place');
  const { parts, placements, balances, shapes, idle, diagnostics: placeFindings } = place(program, options.planes);
  diagnostics.push(...placeFindings);

  const planes = parts.flatMap(({ plane, program: part }) => {
    options.onPhase?.(`plan ${plane.name}`);
    const { plan, diagnostics: planFindings, idle: idlePasses } = buildPlan(part, { ...options, prices: plane.prices });
    diagnostics.push(...planFindings);
    if (planFindings.some(isError)) return [];
    if (options.proof !== false) options.onPhase?.(`prove ${plane.name}`);
    const proof = options.proof === false ? undefined : provePlan(part, plan);
    diagnostics.push(...(proof?.diagnostics ?? []));
    options.onPhase?.(`lower ${plane.name}`);
    const lowered = plane.lower(plan, plane.prices);
    diagnostics.push(...lowered.diagnostics);
    const split = proof && proof.diagnostics.length === 0 ? proveAhead(part, plan, lowered.ahead ?? []) : undefined;
    diagnostics.push(...(split?.diagnostics ?? []));
    const { prices, memory } = plane;
    const proved = proof && [...proof.proved, ...(split?.proved ?? [])];
    return { plane: plane.name, program: part, plan, idle: idlePasses, prices, memory, lowered, proved };
  });
  return {
    name,
    planes,
    placements,
    balances,
    shapes,
    idle: idle.flatMap(({ name: plane, takeAway }) => (takeAway ? [{ plane, takeAway: takeAway(name) }] : [])),
  };
}

const SAME: DeltaOutcome = { kind: 'same' };

function writeTarget(
  { name, planes, placements, balances, shapes, idle }: LoweredTarget,
  policy: Policy,
  options: CompileOptions,
  diagnostics: Diagnostic[],
): TargetOutput {
  const written = planes.map(({ plane, program, lowered, proved }): PlaneOutput => {
    options.onPhase?.(`emit ${plane}`);
    const { figures, load, makes = [], unload, readBack } = lowered;
    const {
      artifacts,
      sourceMap,
      since: deltaSince,
    } = lowered.write({ policy: policy.name, remarks: proved ? [] : [UNPROVED] });
    const build = options.nameBuild(artifacts(UNNAMED_BUILD));
    const named = artifacts(build);
    if (options.proof !== false) options.onPhase?.(`read back ${plane}`);
    const compared =
      options.proof === false || !lowered.readBack ? undefined : compareReadBack(lowered.readBack(named), program);
    diagnostics.push(...(compared?.diagnostics ?? []));
    const former = options.former?.(name, plane);
    if (former) options.onPhase?.(`delta ${plane}`);
    const outcome = former && (former.build === build ? SAME : deltaSince(former, build));
    const since = former && outcome && { build: former.build, outcome };
    return {
      plane,
      build,
      artifacts: named,
      sourceMap,
      proved,
      compared: compared?.parts,
      compareOther: readBack && ((others) => compareOther(readBack(others), program, runningChanges)),
      figures,
      load,
      makes,
      unload,
      since,
    };
  });
  return {
    name,
    planes: written,
    placements,
    balances,
    shapes,
    idle,
    gone: goneFrom(name, planes, idle, policy, options),
  };
}

/** What the earlier build had for planes that have no part any more, but for what is said of them anyway. */
function goneFrom(
  target: string,
  parts: readonly LoweredPart[],
  idle: readonly IdlePlane[],
  policy: Policy,
  { planes, former: formerOf }: CompileOptions,
): readonly GonePlane[] {
  return planes.flatMap((plane) => {
    const { name, takeAway, since } = plane;
    const isTold = [...parts, ...idle].some((one) => one.plane === name);
    const former = isTold ? undefined : formerOf?.(target, name);
    if (!former) return [];
    const { build } = former;
    if (since) return [{ plane: name, since: { build, outcome: since(former, policy.name) } }];
    const outcome: DeltaOutcome = takeAway
      ? { kind: 'delta', artifacts: [], load: takeAway(target), figures: { 'planes taken away': 1 }, remarks: [] }
      : { kind: 'none', why: 'this one has nothing for it, and what the earlier one has loaded stays' };
    return [{ plane: name, since: { build, outcome } }];
  });
}
