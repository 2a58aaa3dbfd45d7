/** What two policies do otherwise to packets: stage by stage, in regions that do not overlap. */
import { exemptsFlows } from '../4-program/every-rule.ts';
import { STAGES, type Program, type StageId } from '../4-program/program.ts';
import { compareStages, type DifferingAspect } from './stage-diff.ts';
import type { Comparison, Context } from './comparison.ts';
import { interfacesOf } from './interfaces.ts';
import { pairLimits } from './limits.ts';

export interface DifferingStage {
  readonly id: StageId;
  readonly comparison: Comparison;
  readonly aspects: readonly DifferingAspect[];
}

/** A stage that could not be compared, and why, as a clause. */
export interface UncomparedStage {
  readonly id: StageId;
  readonly reason: string;
}

export interface ProgramDifference {
  readonly context: Context;
  /** Only stages that differ. */
  readonly stages: readonly DifferingStage[];
  readonly notCompared: readonly UncomparedStage[];
}

export function diffPrograms(
  old: Program,
  later: Program,
  onStage: (id: StageId) => void = () => undefined,
): ProgramDifference {
  const context: Context = {
    old,
    new: later,
    interfaces: interfacesOf(old.zones, later.zones),
    limits: pairLimits(old, later),
    exemptsFlows: [old, later].some(exemptsFlows),
  };
  const stages: DifferingStage[] = [];
  const notCompared: UncomparedStage[] = [];
  for (const id of STAGES) {
    const [before, after] = [old, later].map((program) => program.stages.filter((stage) => stage.id === id));
    if (before!.length + after!.length === 0) continue;
    onStage(id);
    const difference = compareStages({ id, old: before!, new: after! }, context);
    if (difference.kind === 'not compared') notCompared.push({ id, reason: difference.reason });
    else if (difference.aspects.length > 0) {
      stages.push({ id, comparison: difference.comparison, aspects: difference.aspects });
    }
  }
  return { context, stages, notCompared };
}
