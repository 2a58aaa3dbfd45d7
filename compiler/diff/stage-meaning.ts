/** What the stages of one name do to every packet at once, in one of the two policies. */
import type { Table } from '../model/table.ts';
import type { Verdict } from '../model/policy.ts';
import type { Spoken } from '../proof/machine/spoken.ts';
import { isAtArrival, type ProgramRule, type Stage, type StageId } from '../4-program/program.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { NO_ROWS } from '../proof/bound-rows.ts';
import { ALL, NOTHING, type Diagram } from '../proof/diagrams.ts';
import { INTERFACE_BITS } from '../proof/fields.ts';
import type { FoundRows } from '../proof/found-rows.ts';
import { GOES_ON, type Outcome } from '../proof/outcomes.ts';
import type { PacketTests, ZoneNumbers } from '../proof/packet-tests.ts';
import { ProgramMeaning } from '../proof/program-meaning.ts';
import { RuleMeaning, verdictText, type Frame } from '../proof/rule-meaning.ts';

/** One policy's side of a comparison. */
export interface Side {
  readonly stages: readonly Stage[];
  readonly zones: ZoneNumbers;
  readonly packets: PacketTests;
  readonly found: ReadonlyMap<Table, FoundRows>;
  readonly frame: Frame;
  /** TCP that begins in its middle is told apart from what begins a flow. */
  readonly tellsMiddles: boolean;
}

/** Told of each rule that packets meet, and which. */
export type OnSpoken = (spoken: Spoken, packets: Diagram) => void;

const TOP = { rows: NO_ROWS, depth: 0 };
const UNASKED: OnSpoken = () => undefined;

const NEW = 0;
const INVALID = 3;
/** Of FIN, SYN, RST and ACK, SYN alone begins a flow. */
export const BEGINNING_FLAGS: IntervalSet = IntervalSet.fromIntervals(
  8,
  Array.from({ length: 256 }, (_, flags) => flags)
    .filter((flags) => (flags & 0x17) === 0x02)
    .map((flags) => [flags, flags] as const),
);
const OF_FLOWS = IntervalSet.range(3, 1, 2);

/** The state behind the stages, where `before` is the state before them. Throws `Unprovable`, `OutOfBudget`. */
export function meaningOfStages(id: StageId, side: Side, before: Outcome, onSpoken: OnSpoken = UNASKED): Outcome {
  const { diagrams } = side.packets;
  if (side.stages.length === 0) {
    onSpoken({ kind: 'no block' }, diagrams.unless(before.decision, ALL));
    return before;
  }
  return side.stages.reduce((state, stage) => meaningOfStage(id, stage, side, state, onSpoken), before);
}

function meaningOfStage(id: StageId, stage: Stage, side: Side, before: Outcome, onSpoken: OnSpoken): Outcome {
  const { packets, frame } = side;
  const walk = (isAsked: (rule: ProgramRule) => boolean, state: Outcome): Outcome => {
    const own: Frame = { ...frame, onMet: (rule, reached) => onSpoken({ kind: 'rule', rule }, reached) };
    const meaning = new ProgramMeaning(own, new RuleMeaning(own), side.found, isAsked);
    return meaning.after([...stage.implied, ...stage.items], state, TOP);
  };
  if (isAtArrival(id)) {
    return frame.outcomes.inside(arrivesBy(stage, side), before, (state) => walk(() => true, state));
  }
  const { stateful } = stage;
  if (!stateful) {
    return withDefault(
      stage,
      side,
      walk(() => true, before),
      onSpoken,
    );
  }
  const after = walk(({ eachPacket }) => eachPacket, before);
  const known = packets.numberIn('state', OF_FLOWS);
  const passing = decided(after, known, { kind: 'allow' }, { kind: 'its flow', origin: stage.origin }, side, onSpoken);
  const invalid = stateful.invalid === 'drop' ? invalidPackets(stateful, side) : NOTHING;
  const left = decided(passing, invalid, { kind: 'drop' }, { kind: 'invalid', origin: stage.origin }, side, onSpoken);
  return withDefault(
    stage,
    side,
    walk(({ eachPacket }) => !eachPacket, left),
    onSpoken,
  );
}

/** What belongs to no flow and begins none. */
function invalidPackets({ pickup }: NonNullable<Stage['stateful']>, { packets, tellsMiddles }: Side): Diagram {
  const { diagrams } = packets;
  const invalid = packets.numberIn('state', IntervalSet.of(3, INVALID));
  if (pickup || !tellsMiddles) return invalid;
  const fresh = packets.numberIn('state', IntervalSet.of(3, NEW));
  const middles = packets.numberIn('tcp flags', BEGINNING_FLAGS.complement());
  return diagrams.orElse(invalid, diagrams.when(fresh, middles));
}

/** What comes in by an interface of the block's zones: of any zone, where it names none. */
function arrivesBy({ zones }: Stage, { packets, zones: all }: Side): Diagram {
  const names = zones?.map(({ name }) => name) ?? [...all.keys()];
  const numbers = IntervalSet.unionOf(
    INTERFACE_BITS,
    names.flatMap((name) => all.get(name) ?? []),
  );
  return packets.diagrams.inSet(packets.layout.placeOf('in').first, numbers);
}

function withDefault(stage: Stage, side: Side, state: Outcome, onSpoken: OnSpoken): Outcome {
  const { origin, default: verdict } = stage;
  return decided(state, ALL, verdict ?? { kind: 'allow' }, { kind: 'default', origin, verdict }, side, onSpoken);
}

/** The packets of the set that nothing was decided about meet the verdict. */
function decided(
  state: Outcome,
  set: Diagram,
  verdict: Verdict,
  spoken: Spoken,
  { packets: { diagrams }, frame }: Side,
  onSpoken: OnSpoken,
): Outcome {
  const reached = diagrams.unless(state.decision, set);
  if (reached === NOTHING) return state;
  onSpoken(spoken, reached);
  const number = frame.decisions.numberOf(verdictText(verdict));
  return { ...state, decision: diagrams.orElse(state.decision, diagrams.when(reached, diagrams.value(number))) };
}

export const START = GOES_ON;
