/** How many packets met a policy's rules, beside what they were expected to cost. */
import { placeOfSpan } from '../diagnostics/place.ts';
import type { Hits } from '../4-program/hits.ts';
import type { Origin, Policy } from '../model/index.ts';
import type { ExplainedStage, ExplainedStep, MetRule, PolicyLines } from './explained.ts';

/** Rules that have a counter of their own, those that most packets met first; then in the order of the policy. */
export function metRules({ ruleCounters = new Map<string, Origin>() }: Policy, hits: Hits): readonly MetRule[] {
  const rules = [...ruleCounters].map(([counter, origin]): MetRule => {
    const { path, start } = placeOfSpan(origin.span);
    return { path, line: start.line, name: origin.name, text: origin.text, counter, packets: hits.get(origin) ?? 0 };
  });
  return rules.toSorted((a, b) => b.packets - a.packets);
}

/** The stages with what was counted on the lines of each step. */
export function withPackets(stages: readonly ExplainedStage[], rules: readonly MetRule[]): readonly ExplainedStage[] {
  const byLine = new Map<string, number>();
  for (const { path, line, packets } of rules) {
    const key = keyOf(path, line);
    byLine.set(key, (byLine.get(key) ?? 0) + packets);
  }
  const packetsOf = (lines: readonly PolicyLines[]): number | undefined => {
    const counted = lines.flatMap(({ path, lines: numbers }) =>
      numbers.flatMap((line) => byLine.get(keyOf(path, line)) ?? []),
    );
    return counted.length === 0 ? undefined : counted.reduce((sum, packets) => sum + packets, 0);
  };
  const stepWith = (step: ExplainedStep): ExplainedStep => {
    const packets = packetsOf(step.lines);
    return { ...step, steps: step.steps.map(stepWith), ...(packets === undefined ? {} : { packets }) };
  };
  return stages.map((stage) => ({ ...stage, steps: stage.steps.map(stepWith) }));
}

function keyOf(path: string, line: number): string {
  return `${path}:${line}`;
}
