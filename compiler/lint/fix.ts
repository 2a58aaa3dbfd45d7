/** What `--fix` does: edits that change nothing for any packet. Each is made only once that is proved. */
import { isError } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { buildProgram } from '../4-program/build.ts';
import type { Program } from '../4-program/program.ts';
import { buildPlan } from '../6-plan/build.ts';
import { PASSES } from '../6-plan/passes/index.ts';
import { checkPolicy } from '../check.ts';
import type { Prices } from '../cost/prices.ts';
import type { Inputs } from '../inputs.ts';
import type { Policy } from '../model/index.ts';
import { provePlan } from '../proof/prove.ts';
import type { LintFinding } from './lint.ts';
import type { Edit } from './rule.ts';

export interface Fixed {
  readonly text: string;
  /** How many findings are mended. */
  readonly count: number;
}

/** Where all edits together cannot be proved, so many are tried one by one. */
const MOST_TRIED = 64;

/**
 * The policy's text with what the findings say mended, as far as it is proved that no packet meets anything else; undefined: nothing
 * can be. `prices` are any plane's: a plan is made, and none is chosen.
 */
export function fixPolicy(
  main: SourceFile,
  inputs: Inputs,
  findings: readonly LintFinding[],
  prices: Prices,
): Fixed | undefined {
  const before = checkPolicy(main, inputs).policy;
  const fixes = disjoint(
    findings.flatMap(({ observation: { fix } }) => (fix?.every((edit) => isIn(main, edit)) ? [fix] : [])),
  );
  if (!before || fixes.length === 0) return undefined;
  const attempt = (chosen: readonly (readonly Edit[])[]): string | undefined => {
    const text = edited(main.text, chosen.flat());
    const { policy, diagnostics } = checkPolicy({ ...main, text }, inputs);
    if (!policy || diagnostics.some(isError)) return undefined;
    return meanTheSame(before, policy, prices) ? text : undefined;
  };
  const all = attempt(fixes);
  if (all !== undefined) return { text: all, count: fixes.length };
  let done: { readonly fixes: readonly (readonly Edit[])[]; readonly text: string } | undefined;
  for (const fix of fixes.slice(0, MOST_TRIED)) {
    const chosen = [...(done?.fixes ?? []), fix];
    const text = attempt(chosen);
    if (text !== undefined) done = { fixes: chosen, text };
  }
  return done && { text: done.text, count: done.fixes.length };
}

function isIn({ path }: SourceFile, { span }: Edit): boolean {
  return span.source.path === path;
}

/** Those that touch nothing that an earlier one touches. */
function disjoint(fixes: readonly (readonly Edit[])[]): readonly (readonly Edit[])[] {
  const taken: Edit[] = [];
  return fixes.filter((fix) => {
    const isFree = fix.every((edit) =>
      taken.every(({ span }) => span.end <= edit.span.start || edit.span.end <= span.start),
    );
    if (isFree) taken.push(...fix);
    return isFree;
  });
}

function edited(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.span.start - a.span.start)
    .reduce((left, { span, text: by }) => left.slice(0, span.start) + by + left.slice(span.end), text);
}

/** Whether every packet meets the same by both, on each target, and all that is not rules is alike. */
export function meanTheSame(before: Policy, after: Policy, prices: Prices): boolean {
  const targets = before.targets.length > 0 ? before.targets : [undefined];
  return targets.every((target) => {
    const other = target && after.targets.find(({ name }) => name === target.name);
    return proves(buildProgram(before, target).program, buildProgram(after, other).program, prices);
  });
}

/** The proof that a plan means its program, of a plan that no pass has touched and another program. */
function proves(before: Program, after: Program, prices: Prices): boolean {
  if (before.stages.length !== after.stages.length) return false;
  const without = PASSES.map(({ name }) => name);
  const { plan, diagnostics } = buildPlan(after, { prices, without });
  if (diagnostics.some(isError)) return false;
  const isAlike = before.stages.every((stage, index) => {
    const other = after.stages[index]!;
    return (
      stage.id === other.id &&
      JSON.stringify([stage.default, stage.stateful]) === JSON.stringify([other.default, other.stateful])
    );
  });
  if (!isAlike) return false;
  const stages = plan.stages.map((planned, index) => ({ ...planned, stage: before.stages[index]! }));
  return provePlan(before, { program: before, stages }).diagnostics.length === 0;
}
