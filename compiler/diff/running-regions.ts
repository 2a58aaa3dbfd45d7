/** Packets that rules which run and a policy treat otherwise, as regions that tell no more of a packet than is needed. */
import { IntervalSet } from '../net/interval-set.ts';
import { NOTHING, type Diagram } from '../proof/diagrams.ts';
import type { DifferingPart } from '../proof/machine/compare.ts';
import type { Interfaces } from './interfaces.ts';
import { Regions, type Part, type Region } from './regions.ts';
import { sectionsOf } from './space.ts';
import { SEES_WIRE } from './stage-diff.ts';
import { BEGINNING_FLAGS } from './stage-meaning.ts';
import { haveAllPorts } from './words/values.ts';

const [NEW, UNTRACKED] = [0, 4];
const NOT_LATER = IntervalSet.range(2, 0, 1);

/**
 * `where`: a diagram whose values are numbers of changes; `kindOf`: what makes two of them one difference. Stateful filters are about beginnings of flows: of these it is told
 * first, and of other packets only what does not follow. Throws NotComparable, OutOfBudget.
 */
export function runningRegions(
  where: Diagram,
  part: DifferingPart,
  interfaces: Interfaces,
  kindOf: (change: number) => number,
): readonly Region[] {
  const { stages, packets, real } = part;
  const { diagrams } = packets;
  const told = (diagram: Diagram, among: Diagram): readonly Region[] =>
    diagrams.when(among, diagram) === NOTHING
      ? []
      : regionsOf(diagrams.simplified(diagram, among), part, interfaces, kindOf);
  if (!stages.some(({ stateful }) => stateful)) return told(where, real);
  const { beginnings, untracked } = circumstances(part);
  if (diagrams.when(beginnings, where) === NOTHING) return told(where, real);
  const ofBeginnings = diagrams.simplified(where, beginnings);
  const follows = diagrams.when(untracked, diagrams.unlike(where, ofBeginnings)) === NOTHING;
  const rest = [beginnings, ...(follows ? [untracked] : [])].reduce(
    (left, known) => diagrams.unless(known, left),
    where,
  );
  const states = follows ? [NEW!, UNTRACKED!] : [NEW!];
  const first = regionsOf(ofBeginnings, part, interfaces, kindOf).map((region) => inStates(region, states));
  return [...first, ...told(rest, real)];
}

/** Packets that begin a flow, and those that are in no connection table; none of lo where it enters no filter. */
function circumstances({ packets, real, stageId }: DifferingPart): {
  readonly beginnings: Diagram;
  readonly untracked: Diagram;
} {
  const { diagrams, point, tests } = packets;
  const isExempt = stageId !== 'filter forward';
  const known = isExempt ? diagrams.unless(packets.loopback(point.sent ? 'out' : 'in'), real) : real;
  const hasFlags = tests.present('tcp flags');
  const inMiddle = diagrams.unless(
    diagrams.inSet(packets.placeOf('tcp flags').first, BEGINNING_FLAGS),
    diagrams.when(hasFlags, known),
  );
  // A flow that was let through may still be new: nobody has answered yet.
  const unanswered = diagrams.unless(packets.confirmed(), diagrams.when(packets.isState(NEW!), known));
  return {
    beginnings: diagrams.unless(inMiddle, unanswered),
    untracked: diagrams.when(packets.isState(UNTRACKED!), known),
  };
}

function regionsOf(
  where: Diagram,
  part: DifferingPart,
  { cells }: Interfaces,
  kindOf: (change: number) => number,
): readonly Region[] {
  const { order, packets, stageId } = part;
  const { diagrams, tests } = packets;
  const regions = new Regions({
    diagrams,
    sections: sectionsOf(diagrams.levelsOf(where), order, tests.layout, tests.variables),
    keys: new Map(),
    interfaces: cells.length,
    areWhole: false,
    areBeginnings: false,
    exemptsFlows: true,
    seesWire: SEES_WIRE.has(stageId),
    kindOf,
  });
  return regions.of(where).map((region) => ({ ...region, parts: region.parts.map(withoutImplied) }));
}

/** What has ports is no later fragment. */
function withoutImplied(part: Part): Part {
  const isImplied = part.sets
    .get('fragment')
    ?.intersect(IntervalSet.range(2, 0, 2))
    .equals(NOT_LATER);
  if (!isImplied || !haveAllPorts(part.sets.get('service/real'))) return part;
  return { ...part, sets: new Map([...part.sets].filter(([key]) => key !== 'fragment')) };
}

function inStates(region: Region, states: readonly number[]): Region {
  const set = IntervalSet.fromIntervals(
    3,
    states.map((state) => [state, state] as const),
  );
  return { ...region, parts: region.parts.map((part) => ({ ...part, sets: new Map([...part.sets, ['state', set]]) })) };
}
