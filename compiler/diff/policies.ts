/** Two checked policies, compared for each way in which their targets bind zones. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { buildProgram } from '../4-program/build.ts';
import type { StageId } from '../4-program/program.ts';
import { unsupportedParts } from '../5-place/place.ts';
import type { Policy, Target, Zone } from '../model/policy.ts';
import { diffPrograms } from './policy-diff.ts';
import { reportOf, type DiffReport } from './report.ts';

/** What two policies do otherwise on the hosts of one target. */
export interface TargetDifference extends DiffReport {
  /** Undefined: zones are the same interfaces on all targets. */
  readonly target: string | undefined;
}

export interface PolicyDifference {
  readonly targets: readonly TargetDifference[];
  /** What cannot be carried out of each policy, and is not compared then. */
  readonly diagnostics: { readonly old: readonly Diagnostic[]; readonly new: readonly Diagnostic[] };
}

export interface DiffOptions {
  /** Only this target. */
  readonly target?: string | undefined;
  /** Told the name of each stage as it begins. */
  readonly onStage?: ((id: StageId) => void) | undefined;
}

/** Whether nothing differs, and everything was compared. */
export function isEqual({ targets, diagnostics }: PolicyDifference): boolean {
  const none = ({ changes, settings, notCompared }: TargetDifference) =>
    changes.length + settings.length + notCompared.length === 0;
  return diagnostics.old.length + diagnostics.new.length === 0 && targets.every(none);
}

export function diffPolicies(old: Policy, later: Policy, options: DiffOptions = {}): PolicyDifference {
  const diagnostics = { old: unsupportedParts(old), new: unsupportedParts(later) };
  const targets = targetsOf(old, later, options.target).map((name): TargetDifference => {
    const [before, after] = [old, later].map((policy) => builtFor(name, policy));
    diagnostics.old.push(...before!.diagnostics);
    diagnostics.new.push(...after!.diagnostics);
    return { target: name, ...reportOf(diffPrograms(before!.program, after!.program, options.onStage)) };
  });
  return { targets, diagnostics };
}

function builtFor(name: string | undefined, policy: Policy) {
  return buildProgram(
    policy,
    policy.targets.find((target) => target.name === name),
  );
}

/** Targets on which zones are other interfaces than the policy itself says are compared one by one. */
function targetsOf(old: Policy, later: Policy, only: string | undefined): readonly (string | undefined)[] {
  if (only !== undefined) return [only];
  const policies = [later, old];
  if (!policies.some((policy) => policy.targets.some((target) => bindsOtherwise(policy, target)))) return [undefined];
  return [...new Set(policies.flatMap(({ targets }) => targets.map(({ name }) => name)))];
}

function bindsOtherwise({ zones }: Policy, target: Target): boolean {
  return zones.some((zone) => {
    const bound = target.zones.get(zone.name);
    return bound !== undefined && membersText(bound) !== membersText(zone);
  });
}

function membersText({ members }: Zone): string {
  return members.map(({ interface: name, vlans, ports }) => `${name} ${vlans?.toString()} ${ports?.toString()}`).join();
}
