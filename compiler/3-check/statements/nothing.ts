/** A policy that says nothing: a file that was cut off or generated from nothing must not pass for a firewall. */
import type { SourceFile } from '../../../grammar/source.ts';
import type { PolicyFile } from '../../../grammar/ast/index.ts';
import type { Findings } from '../../2-resolve/findings.ts';
import type { Policy } from '../../model/policy.ts';
import { EMPTY_POLICY, NO_RULES } from '../problems.ts';

/** Reports a main file without a statement, and a policy without a rule. `syntax`: the main file. */
export function reportNothing(policy: Policy, syntax: PolicyFile, main: SourceFile, findings: Findings): void {
  if (findings.hasErrors) return;
  const span = { source: main, start: 0, end: 0 };
  if (syntax.statements.length === 0) {
    const hint = 'Did what writes this file end early? A policy has blocks: `filter forward default drop { … }`.';
    findings.report(EMPTY_POLICY, span, 'there is no statement in this file', { hint });
  } else if (!saysSomething(policy)) {
    const hint = 'Add a block, such as `filter forward default drop { … }`; or is this file meant for others to `use`?';
    findings.report(NO_RULES, span, 'this policy has no rule: nothing is done to any packet', { hint });
  }
}

function saysSomething(policy: Policy): boolean {
  const { mitigate, raw, nat, filters, mangles, count, dispatch, balances, shapes, unsupported } = policy;
  const blocks = [...mitigate, raw, nat, ...Object.values(mangles), count, dispatch];
  return (
    blocks.some((block) => block !== undefined && block.body.length > 0) ||
    // A filter has a default, and what it implies.
    Object.keys(filters).length + balances.length + shapes.length + unsupported.length > 0
  );
}
