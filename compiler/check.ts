/** A policy's text, checked: files and tables in, names bound, everything typed. */
import { isError, type Diagnostic, type DiagnosticKind } from '../grammar/diagnostic.ts';
import type { SourceFile } from '../grammar/source.ts';
import { loadModules, type Module } from './1-load/modules.ts';
import { Findings } from './2-resolve/findings.ts';
import { bindModules } from './2-resolve/modules.ts';
import * as resolving from './2-resolve/problems.ts';
import { checkBound } from './3-check/policy.ts';
import * as checking from './3-check/problems.ts';
import { reportNothing } from './3-check/statements/nothing.ts';
import type { Inputs } from './inputs.ts';
import type { ExpectationBlock, Policy } from './model/policy.ts';

export interface CheckedPolicy {
  /** Absent where there is an error. */
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The packets asked about, as blocks; see `questionText`. */
  readonly questions: readonly ExpectationBlock[];
  /** The files that were read as policies, each after those that it uses. */
  readonly modules: readonly Module[];
}

/** What is said to be missing may stand in a part that could not be read; what is said of a date may be of no date. */
const UNSURE_AFTER_SYNTAX_ERRORS: readonly DiagnosticKind[] = [
  resolving.UNKNOWN_NAME,
  resolving.NOT_IN_MODULE,
  resolving.UNKNOWN_COLUMN,
  checking.ARGUMENTS,
  checking.BALANCE_SETTING,
  checking.EXPECTED_ENDPOINT,
  checking.EXPIRED,
  checking.EXPIRED_ALLOW,
  checking.NEEDS_PROTOCOL,
  checking.UNKNOWN_CLASS,
  checking.UNKNOWN_ZONE_BINDING,
];

/**
 * Reads and checks a policy with everything that it uses, and finds as many errors as it can. Never throws for anything
 * that a policy or its data may contain.
 */
export function checkPolicy(main: SourceFile, inputs: Inputs, questions: readonly SourceFile[] = []): CheckedPolicy {
  const loaded = loadModules(main, inputs);
  const unsure = loaded.diagnostics.some(isError) ? UNSURE_AFTER_SYNTAX_ERRORS : [];
  const findings = new Findings(unsure);
  for (const finding of loaded.diagnostics) findings.add(finding);
  const bound = bindModules(loaded, inputs, findings);
  const { policy, questions: asked } = checkBound(bound, main, inputs, findings, questions);
  reportNothing(policy, loaded.main.syntax, main, findings);
  return {
    policy: findings.hasErrors ? undefined : policy,
    diagnostics: findings.all(),
    questions: asked,
    modules: loaded.modules,
  };
}
