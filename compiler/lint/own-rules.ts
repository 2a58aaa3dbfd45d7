/** The Program's rules that stand in files of the policy. */
import { everyRule } from '../4-program/every-rule.ts';
import type { ProgramRule, Stage } from '../4-program/program.ts';
import type { LintContext } from './context.ts';

/** A rule of the Program, and where it is asked. */
export interface StagedRule {
  readonly stage: Stage;
  readonly rule: ProgramRule;
}

/** In the order of stages; of a rule that became several, each. */
export function ownRules(context: LintContext): readonly StagedRule[] {
  return context.once(ownRules, () => {
    const paths = new Set(context.modules.map(({ source }) => source.path));
    return context.program.stages.flatMap((stage) =>
      everyRule(stage.items)
        .filter(({ origin }) => paths.has(origin.span.source.path))
        .map((rule) => ({ stage, rule })),
    );
  });
}

/** The first of those that stand at one place, for findings that are about the place. */
export function oncePerPlace(rules: Iterable<StagedRule>): StagedRule[] {
  const seen = new Map<string, StagedRule>();
  for (const one of rules) {
    const { source, start } = one.rule.origin.span;
    const key = `${source.path}:${start}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
