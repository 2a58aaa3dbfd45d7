/** A policy held against the lint rules. It is checked first: of one with errors, only the errors are told. */
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { checkPolicy } from '../check.ts';
import type { Inputs } from '../inputs.ts';
import type { Policy } from '../model/index.ts';
import type { Plane } from '../plane.ts';
import { LintContext } from './context.ts';
import { LINT_RULES } from './index.ts';
import { kindOf, type LintRule, type Observation } from './rule.ts';
import { applySuppressions, suppressionsIn } from './suppressions.ts';

export interface LintOptions {
  readonly planes: readonly Plane[];
  readonly onPhase?: (phase: string) => void;
}

/** What a rule found, as a finding, and with what belongs to no finding of others. */
export interface LintFinding {
  readonly rule: LintRule;
  readonly observation: Observation;
  readonly diagnostic: Diagnostic;
}

export interface LintedPolicy {
  readonly policy: Policy | undefined;
  /** Those of the check, and of the rules what no suppression is about. */
  readonly diagnostics: readonly Diagnostic[];
  readonly findings: readonly LintFinding[];
  /** How many findings suppressions keep back. */
  readonly suppressed: number;
  readonly targets: readonly { readonly name: string }[];
}

/** Never throws for anything that a policy or its data may contain. */
export function lintPolicy(main: SourceFile, inputs: Inputs, { planes, onPhase }: LintOptions): LintedPolicy {
  onPhase?.('check');
  const { policy, diagnostics, modules } = checkPolicy(main, inputs);
  if (!policy || diagnostics.some(isError)) return { policy, diagnostics, findings: [], suppressed: 0, targets: [] };
  const own = modules.filter(({ folder }) => folder !== undefined);
  const context = new LintContext({ policy, modules: own, today: inputs.today, planes });
  const found: LintFinding[] = [];
  for (const rule of LINT_RULES) {
    onPhase?.(`lint ${rule.name}`);
    for (const observation of rule.run(context)) found.push(findingOf(rule, observation));
  }
  onPhase?.('suppressions');
  const { kept, suppressed, remarks } = applySuppressions(found, suppressionsIn(own), inputs.today);
  const findings = [...kept, ...remarks.map(([rule, observation]) => findingOf(rule, observation))];
  return {
    policy,
    diagnostics: [...diagnostics, ...findings.map((finding) => finding.diagnostic)],
    findings,
    suppressed,
    targets: policy.targets,
  };
}

function findingOf(rule: LintRule, observation: Observation): LintFinding {
  const { span, message, hint, labels = [], severity = rule.severity } = observation;
  const kind = { ...kindOf(rule), severity };
  return { rule, observation, diagnostic: diagnostic(kind, span, message, { hint, labels }) };
}
