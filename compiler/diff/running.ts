/** What rules that run do otherwise than a policy, as regions: the rules are the old side, the policy is the new one. */
import type { StageId } from '../4-program/program.ts';
import { NOTHING, type Diagram } from '../proof/diagrams.ts';
import type { DifferingPart, UnlikeThing } from '../proof/machine/compare.ts';
import { refuses } from '../proof/machine/outcomes.ts';
import type { Spoken } from '../proof/machine/spoken.ts';
import { JUDGES, type Direction } from './direction.ts';
import type { Interfaces } from './interfaces.ts';
import { NotComparable } from './not-comparable.ts';
import { responsible, usualStatesOf, type RegionChange, type Responsible } from './report.ts';
import { runningRegions } from './running-regions.ts';
import { samplePacket } from './sample.ts';
import { Names } from './words/names.ts';
import { regionText, sizeText } from './words/region.ts';
import { doneText } from './words/running.ts';

/** Rules that run have no places in a policy. `new`: the rules of the policy that decide; none where it is not about the verdict. */
export type RunningChange = Omit<RegionChange, 'old'>;

/** What both sides say of some packets. */
interface Change {
  readonly rules: string;
  readonly policy: string;
  /** Which rule of the policy says so. */
  readonly spoken: Spoken | undefined;
  /** The number of the first change in which both say the same. */
  readonly kind: number;
}

/**
 * Undefined: it takes a look into sets that are too large to be spelled out, or there are more regions than anybody would read.
 * Throws OutOfBudget.
 */
export function runningChanges(part: DifferingPart): readonly RunningChange[] | undefined {
  try {
    return changesOf(part);
  } catch (error) {
    if (error instanceof NotComparable) return undefined;
    throw error;
  }
}

function changesOf(part: DifferingPart): readonly RunningChange[] {
  const { packets, things, real } = part;
  const { diagrams } = packets;
  const interfaces = interfacesOf(part);
  let told: Diagram = NOTHING;
  return things.flatMap((thing): readonly RunningChange[] => {
    const unlike = diagrams.when(real, diagrams.unlike(thing.policy, thing.rules));
    // Who asks a limit follows from what is decided before.
    const own = thing.thing?.startsWith('limit ') ? diagrams.unless(told, unlike) : unlike;
    told = diagrams.orElse(told, unlike);
    return own === NOTHING ? [] : changesOfThing(own, thing, part, interfaces);
  });
}

function changesOfThing(
  unlike: Diagram,
  thing: UnlikeThing,
  part: DifferingPart,
  interfaces: Interfaces,
): readonly RunningChange[] {
  const { stageId: id, program } = part;
  const place = { id, interfaces, names: new Names([program]), usualStates: usualStatesOf(id, [program]) };
  const { changes, where } = numbered(unlike, thing, part);
  return runningRegions(where, part, interfaces, (change) => changes[change]!.kind).map((region): RunningChange => {
    const { rules, policy } = changes[region.kind]!;
    const [first] = region.parts;
    const done = (text: string) => doneText(thing.thing, text, id, first!.family);
    return {
      stage: id,
      aspect: thing.thing,
      direction: thing.thing === undefined ? directionOf(id, rules, policy) : 'other',
      where: regionText(region, place),
      before: done(rules),
      after: done(policy),
      size: sizeText(region),
      region,
      new: speakersOf(region.changes.map((change) => changes[change]!)),
      sample: samplePacket(first!, id, interfaces),
    };
  });
}

/** In the order in which they stand in the policy. */
function speakersOf(changes: readonly Change[]): readonly Responsible[] {
  const all = new Set(changes.flatMap(({ spoken }) => (spoken ? [spoken] : [])));
  return [...all].map(responsible).toSorted((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ origin }: Responsible): number {
  return origin ? origin.span.start : Infinity;
}

/** A diagram of the packets whose values are numbers of changes, from 1 on. Throws NotComparable. */
function numbered(
  set: Diagram,
  { thing, policy, rules }: UnlikeThing,
  { packets, meanings, deciders, stages }: DifferingPart,
): { readonly changes: readonly Change[]; readonly where: Diagram } {
  const { diagrams, lookups } = packets;
  const said = thing === undefined ? deciders() : undefined;
  const [stage] = stages;
  const nobody: Spoken = stage ? { kind: 'default', origin: stage.origin, verdict: undefined } : { kind: 'no block' };
  const changes: Change[] = [{ rules: '', policy: '', spoken: undefined, kind: 0 }];
  const parts: Diagram[] = [];
  for (const [before, some] of byValue(set, rules, packets)) {
    for (const [after, same] of byValue(some, policy, packets)) {
      const pair = { rules: meanings.textOf(before), policy: meanings.textOf(after), kind: changes.length };
      const bySpeaker = said ? byValue(same, said.decision, packets) : [[NOTHING, same] as const];
      for (const [speaker, own] of bySpeaker) {
        parts.push(diagrams.when(own, diagrams.value(changes.length)));
        changes.push({ ...pair, spoken: said && (said.of(speaker) ?? nobody) });
      }
    }
  }
  const where = diagrams.firstOf(parts);
  const texts = changes.flatMap((change) => [change.rules, change.policy]);
  if (lookups.areAsked(where, texts)) throw new NotComparable('what is in large sets');
  return { changes, where };
}

/** The packets of the set by what the diagram says of them. */
function byValue(set: Diagram, diagram: Diagram, { diagrams }: DifferingPart['packets']): ReadonlyMap<number, Diagram> {
  const nothing = diagrams.unless(diagram, set);
  const values = diagrams.valuesOf(diagrams.when(set, diagram)).filter((value) => value !== NOTHING);
  const some = values.map((value) => [value, diagrams.when(diagrams.where(diagram, value), set)] as const);
  return new Map([...(nothing === NOTHING ? [] : [[NOTHING, nothing] as const]), ...some]);
}

function interfacesOf({ packets }: DifferingPart): Interfaces {
  const cells = packets.interfaceNames.map((name) => ({ interface: name, vlans: undefined, ports: undefined }));
  return { cells, old: packets.zoneNumbers, new: packets.zoneNumbers };
}

function directionOf(id: StageId, rules: string, policy: string): Direction {
  if (!JUDGES.has(id)) return 'other';
  const [did, does] = [rules, policy].map((text) => !refuses(text));
  if (did === does) return 'other';
  return does ? 'widening' : 'narrowing';
}
