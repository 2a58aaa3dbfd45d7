/** What one rule costs: alone, and at the margin of the rules that it stands among. */
import { positionOf } from '../../grammar/source.ts';
import { everyRule } from '../4-program/every-rule.ts';
import type { Program, ProgramItem, Stage } from '../4-program/program.ts';
import { buildPlan } from '../6-plan/build.ts';
import type { Origin } from '../model/index.ts';
import type { Expense, RuleExpense } from './explained.ts';
import { expenseOfStage, type PlannedPart } from './stages.ts';

/** Whether a rule is meant. */
export type Meant = (origin: Origin) => boolean;

/** A rule by its name, by its line in the main file (`12`), or in another (`groups.sluice:12`). */
export function meantBy(text: string, mainPath: string): Meant {
  const [, path, line] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (line === undefined) return ({ name }) => name === text;
  return ({ span }) => {
    if (!isFile(span.source.path, path ?? mainPath)) return false;
    const first = positionOf(span.source, span.start).line;
    const last = positionOf(span.source, Math.max(span.start, span.end - 1)).line;
    return first <= Number(line) && Number(line) <= last;
  };
}

/** Whether a file is the one that is named, which may be by the end of its path. */
function isFile(path: string, named: string): boolean {
  return path === named || path.endsWith(`/${named}`);
}

/** For each stage of the part that has the rule; empty where none has. */
export function explainRule(part: PlannedPart, meant: Meant): readonly RuleExpense[] {
  const { program, plan, prices } = part;
  return program.stages.flatMap((stage, index): RuleExpense[] => {
    const first = everyRule([...stage.implied, ...stage.items])
      .map(({ origin }) => origin)
      .find(meant);
    if (first === undefined) return [];
    const named = { stage: stage.id, text: first.text };
    if (!prices.tellTime) return [{ ...named, expense: undefined }];
    const whole = expenseOfStage(plan.stages[index]!, prices);
    const alone = stageExpense(
      part,
      withItems(stage, (origin) => meant(origin)),
    );
    const without = stageExpense(
      part,
      withItems(stage, (origin) => !meant(origin)),
    );
    return [{ ...named, expense: { alone, margin: less(whole, without) } }];
  });
}

function stageExpense({ program, prices, without = [] }: PlannedPart, stage: Stage): Expense {
  const only: Program = { ...program, stages: [stage] };
  const { plan } = buildPlan(only, { prices, without });
  return expenseOfStage(plan.stages[0]!, prices);
}

function less(a: Expense, b: Expense): Expense {
  return { expected: a.expected - b.expected, worst: a.worst - b.worst };
}

function withItems(stage: Stage, keeps: Meant): Stage {
  const known = new Map<readonly ProgramItem[], readonly ProgramItem[]>();
  const kept = (items: readonly ProgramItem[]): readonly ProgramItem[] => {
    let result = known.get(items);
    if (!result) known.set(items, (result = items.flatMap(keptItem)));
    return result;
  };
  const keptItem = (item: ProgramItem): ProgramItem[] => {
    if (item.kind === 'rule') return keeps(item.origin) ? [item] : [];
    const inner = kept(item.items);
    return inner.length === 0 ? [] : [{ ...item, items: inner }];
  };
  return { ...stage, implied: kept(stage.implied), items: kept(stage.items) };
}
