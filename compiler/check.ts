/** A policy's text, checked: files and tables in, names bound, everything typed. */
import type { Diagnostic } from '../grammar/diagnostic.ts';
import type { SourceFile } from '../grammar/source.ts';
import { loadModules } from './1-load/modules.ts';
import { Findings } from './2-resolve/findings.ts';
import { bindModules } from './2-resolve/modules.ts';
import { checkBound } from './3-check/policy.ts';
import type { Inputs } from './inputs.ts';
import type { Policy } from './model/policy.ts';

export interface CheckedPolicy {
  /** Absent where there is an error. */
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a policy with everything that it uses, and finds as many errors as it can. Never throws for anything
 * that a policy or its data may contain.
 */
export function checkPolicy(main: SourceFile, inputs: Inputs): CheckedPolicy {
  const findings = new Findings();
  const loaded = loadModules(main, inputs);
  for (const finding of loaded.diagnostics) findings.add(finding);
  const bound = bindModules(loaded, inputs, findings);
  const policy = checkBound(bound, main, inputs, findings);
  return { policy: findings.hasErrors ? undefined : policy, diagnostics: findings.all() };
}
