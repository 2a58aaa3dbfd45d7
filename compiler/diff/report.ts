/** Differences of two policies as people and scripts are told them. */
import type { Program, StageId } from '../4-program/program.ts';
import type { Origin } from '../model/policy.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { directionOf, type Direction } from './direction.ts';
import type { DifferingStage, ProgramDifference, UncomparedStage } from './policy-diff.ts';
import type { Region } from './regions.ts';
import { DECISION, GATE } from './rule-sets.ts';
import { samplePacket, type SamplePacket } from './sample.ts';
import { changedSettings, type SettingChange } from './settings.ts';
import type { Spoken } from '../proof/machine/spoken.ts';
import { registerText } from './words/effects.ts';
import { Names } from './words/names.ts';
import { OutcomeWords } from './words/outcomes.ts';
import { limitOf } from './words/questions.ts';
import { regionText, sizeText } from './words/region.ts';

/** What says so: a rule, or what stands for none. */
export interface Responsible {
  /** As it is written, or in words. */
  readonly text: string;
  /** Undefined: nothing in the policy says so. */
  readonly origin: Origin | undefined;
}

/** One region, and what becomes of its packets in both policies. */
export interface RegionChange {
  readonly stage: StageId;
  /** Undefined: what is decided; otherwise what rules write or ask, in words. */
  readonly aspect: string | undefined;
  readonly direction: Direction;
  /** `uplink → users.room, tcp/22` */
  readonly where: string;
  readonly before: string;
  readonly after: string;
  /** `5,300 hosts`; undefined: neither end is told. */
  readonly size: string | undefined;
  readonly region: Region;
  readonly old: readonly Responsible[];
  readonly new: readonly Responsible[];
  readonly sample: SamplePacket | undefined;
}

export interface DiffReport {
  readonly changes: readonly RegionChange[];
  readonly settings: readonly SettingChange[];
  readonly notCompared: readonly UncomparedStage[];
}

/** States of packets that the rules of a stateful filter are asked about. */
const ASKED = IntervalSet.fromIntervals(3, [
  [0, 0],
  [4, 4],
]);
const ASKED_OR_INVALID = IntervalSet.fromIntervals(3, [
  [0, 0],
  [3, 4],
]);

export function reportOf({ context, stages, notCompared }: ProgramDifference): DiffReport {
  const names = new Names([context.new, context.old]);
  const changes = stages.flatMap((stage) => changesOf(stage, context.old, context.new, context.interfaces, names));
  return { changes, settings: changedSettings(context.old, context.new), notCompared };
}

function changesOf(
  { id, comparison, aspects }: DifferingStage,
  old: Program,
  later: Program,
  interfaces: ProgramDifference['context']['interfaces'],
  names: Names,
): readonly RegionChange[] {
  const words = { old: new OutcomeWords(comparison, id, old), new: new OutcomeWords(comparison, id, later) };
  const place = { id, interfaces, names, usualStates: usualStatesOf(id, [old, later]) };
  return aspects.flatMap(({ aspect, regions }) =>
    regions.map((region): RegionChange => {
      const changes = region.changes.map((number) => comparison.changeOf(number));
      const [first] = changes;
      const said = (side: 'old' | 'new') => comparison.rulesOf(side, changes).map(responsible);
      return {
        stage: id,
        aspect: aspectText(aspect),
        direction: directionOf(id, first!, comparison),
        where: regionText(region, place),
        before: words.old.of(aspect, first!.old),
        after: words.new.of(aspect, first!.new),
        size: sizeText(region),
        region,
        old: said('old'),
        new: said('new'),
        sample: samplePacket(region.parts[0]!, id, interfaces),
      };
    }),
  );
}

function aspectText(aspect: string): string | undefined {
  if (aspect === DECISION) return undefined;
  return aspect.startsWith(GATE) ? `limit ${limitOf(aspect)}` : registerText(aspect);
}

/** States that rules of the stage are asked about; undefined: of all. */
export function usualStatesOf(id: StageId, programs: readonly Program[]): IntervalSet | undefined {
  const stages = programs.flatMap((program) => program.stages.filter((stage) => stage.id === id));
  if (!stages.some(({ stateful }) => stateful)) return undefined;
  return stages.every(({ stateful }) => stateful?.invalid === 'pass') ? ASKED_OR_INVALID : ASKED;
}

export function responsible(spoken: Spoken): Responsible {
  switch (spoken.kind) {
    case 'rule':
      return { text: spoken.rule.origin.text, origin: spoken.rule.origin };
    case 'default':
      if (!spoken.verdict) return { text: 'no rule', origin: undefined };
      return { text: `${spoken.origin.text} (by default)`, origin: spoken.origin };
    case 'its flow':
      return { text: 'its flow was let through', origin: spoken.origin };
    case 'invalid':
      return { text: `${spoken.origin.text} (invalid packets)`, origin: spoken.origin };
    case 'no block':
      return { text: 'no block', origin: undefined };
  }
}
