/** Rules that were read back against the Program that they carry out, stage by stage. */
import { isAtArrival, type Family, type Program, type Stage, type StageId } from '../../4-program/program.ts';
import { needsTracking } from '../../semantics/needs.ts';
import { Diagrams, NOTHING, type Assignment, type Diagram } from '../diagrams.ts';
import { FieldLayout, ORDERS, type FieldOrder } from '../fields.ts';
import { likelyOrders } from '../likely-orders.ts';
import { OutOfBudget } from '../node-table.ts';
import { Buckets } from './buckets.ts';
import { ChainMeaning } from './chain-meaning.ts';
import { matchedEffects } from './counters.ts';
import { decidersOf, type Deciders } from './deciders.ts';
import type { Entry, Machine, MachineChain } from './form.ts';
import { Gates, requireOneQuestion } from './gates.ts';
import type { Known } from './kept-sets.ts';
import { LARGE } from './lookups.ts';
import { bitsForNotes, withoutNotes } from './notes/bits.ts';
import { Memories } from './memories.ts';
import { Meanings, withoutLooks, type Meaning } from './meaning.ts';
import { NotCompared, UnclearSets } from './not-compared.ts';
import { OwnWords } from './own-words.ts';
import { readsOwnFields } from './reachable.ts';
import { writtenLast } from './rewritten.ts';
import { meaningOfStages } from './stage-meaning.ts';
import { StagePackets, type StagePoint } from './stage-packets.ts';
import { packetText } from './witness.ts';

/** Where packets enter a stage. */
type Place = Pick<Entry, 'type' | 'hook' | 'priority'>;

const place = (type: Entry['type'], hook: Entry['hook'], priority: number): Place => ({ type, hook, priority });

/** The stages at the kernel's hooks (net/netfilter: NF_IP_PRI_*), as the table of paths in the language's reference has them. */
const PLACES: { readonly [Id in StageId]: readonly Place[] } = {
  police: [],
  mitigate: [place('filter', 'ingress', -500)],
  'shape ingress': [place('filter', 'ingress', -400)],
  raw: [place('filter', 'prerouting', -300), place('filter', 'output', -300)],
  'mangle prerouting': [place('filter', 'prerouting', -150)],
  'destination nat': [place('nat', 'prerouting', -100), place('nat', 'output', -100)],
  'mangle input': [place('filter', 'input', -150)],
  'filter input': [place('filter', 'input', 0)],
  dispatch: [place('filter', 'prerouting', -95)],
  'mangle forward': [place('filter', 'forward', -150)],
  'filter forward': [place('filter', 'forward', 0)],
  'mangle output': [place('route', 'output', -150)],
  'filter output': [place('filter', 'output', 0)],
  'mangle postrouting': [place('filter', 'postrouting', -150)],
  'source nat': [place('nat', 'postrouting', 100)],
  count: [place('filter', 'postrouting', 90)],
  shape: [place('filter', 'postrouting', 95)],
};

/** What comparing a part of the rules came to; `told`: what was made of a difference, besides one packet. */
export type Comparison<Told = unknown> =
  | { readonly kind: 'the same'; readonly part: string }
  | { readonly kind: 'not compared'; readonly part: string; readonly reason: string }
  | DifferentPart<Told>;

interface DifferentPart<Told> {
  readonly kind: 'different';
  readonly part: string;
  readonly message: string;
  readonly stage: Stage | undefined;
  readonly told: Told | undefined;
}

/** Both sides of a part that differs, as diagrams. */
export interface DifferingPart {
  readonly stageId: StageId;
  readonly stages: readonly Stage[];
  readonly program: Program;
  readonly order: FieldOrder;
  readonly meanings: Meanings;
  readonly packets: StagePackets;
  /** The packets that there can be. */
  readonly real: Diagram;
  /** What differs for some of them, the verdict first. */
  readonly things: readonly UnlikeThing[];
  /** Which rules of the policy decide. May throw OutOfBudget. */
  readonly deciders: () => Deciders;
}

/** One thing that both sides do otherwise. `thing`: undefined for the verdict. */
export interface UnlikeThing {
  readonly thing: string | undefined;
  readonly policy: Diagram;
  readonly rules: Diagram;
}

/** What is to be made of a difference; undefined: it cannot be told. May throw OutOfBudget. */
export type Tell<Told> = (part: DifferingPart) => Told | undefined;

/** What is compared, and what that may take. */
interface Context<Told> {
  readonly tell: Tell<Told>;
  readonly machine: Machine;
  readonly program: Program;
  readonly known: Known;
  /** Bytes of the diagrams of one part. */
  readonly budget: number;
  /** Sets of more intervals are one unknown each. */
  readonly large: number;
}

/**
 * Compares everything that there is; `budget`: bytes that the diagrams of one part may take; `tell`: asked about each part that
 * differs.
 */
export function compareWithProgram<Told>(
  machine: Machine,
  program: Program,
  budget: number,
  large: number = LARGE,
  tell: Tell<Told> = () => undefined,
): readonly Comparison<Told>[] {
  const names: Known = {
    buckets: new Buckets(program.stages, machine),
    memories: new Memories(program.stages, machine),
    words: new OwnWords(program.stages),
  };
  const context: Context<Told> = { machine, program, known: names, budget, large, tell };
  const comparisons: Comparison<Told>[] = [];
  const chains = new Map<string, MachineChain>();
  for (const chain of machine.chains.values()) {
    if (!chain.entry) continue;
    const key = keyOf(chain.entry);
    const other = chains.get(key);
    if (other) {
      const reason = `it stands where chain ${other.name} does, and which of them comes first the text does not say`;
      comparisons.push({ kind: 'not compared', part: `chain ${chain.name}`, reason });
    } else chains.set(key, chain);
  }
  const known = new Set<string>();
  for (const [id, places] of Object.entries(PLACES) as [StageId, readonly Place[]][]) {
    const stages = program.stages.filter((stage) => stage.id === id);
    for (const one of places) {
      const chain = chains.get(keyOf(one));
      known.add(keyOf(one));
      if (stages.length > 0 || chain) comparisons.push(compareStage(id, one, stages, chain, context));
    }
  }
  for (const [key, { name }] of chains) {
    if (!known.has(key)) {
      comparisons.push({ kind: 'not compared', part: `chain ${name}`, reason: 'it carries out no stage by itself' });
    }
  }
  return comparisons;
}

function keyOf({ type, hook, priority }: Place): string {
  return `${type} ${hook} ${priority}`;
}

/** Sets of more intervals are named in any case. */
const TOO_LARGE_TO_SPELL = 65_536;

function compareStage<Told>(
  id: StageId,
  { hook }: Place,
  stages: readonly Stage[],
  chain: MachineChain | undefined,
  context: Context<Told>,
): Comparison<Told> {
  const { machine, program } = context;
  const part = PLACES[id].length > 1 ? `${id} (${hook})` : id;
  // In another order it may fit where it does not in the likeliest, but as a rule it does not.
  const [order] = stages[0] ? likelyOrders(stages[0], boundZones(program)) : ORDERS;
  const areFieldsWritten = chain !== undefined && readsOwnFields(chain, machine);
  const own = areFieldsWritten ? writtenLast(order!) : order!;
  const compare = (large: number) => compareIn(own, pointOf(id, hook, program), stages, chain, { ...context, large });
  try {
    const difference = withClearSets(context.large, compare);
    if (difference === undefined) return { kind: 'the same', part };
    const { message, told } = difference;
    return { kind: 'different', part, message, stage: stages[0], told: told ?? toldOfSpelled(context.large, compare) };
  } catch (error) {
    const isToBeTold = error instanceof NotCompared || error instanceof OutOfBudget;
    if (isToBeTold) return { kind: 'not compared', part, reason: error.message };
    throw error;
  }
}

/** Compares with large sets by name, and once more with all but the largest spelled out where their names say too little. */
function withClearSets<Result>(large: number, compare: (large: number) => Result): Result {
  try {
    return compare(large);
  } catch (error) {
    if (error instanceof UnclearSets && large < TOO_LARGE_TO_SPELL) return compare(TOO_LARGE_TO_SPELL);
    throw error;
  }
}

/** What can be told where all but the largest sets are spelled out. */
function toldOfSpelled<Told>(
  large: number,
  compare: (large: number) => Difference<Told> | undefined,
): Told | undefined {
  if (large >= TOO_LARGE_TO_SPELL) return undefined;
  try {
    return compare(TOO_LARGE_TO_SPELL)?.told;
  } catch (error) {
    if (error instanceof NotCompared || error instanceof OutOfBudget) return undefined;
    throw error;
  }
}

/** What differs: one packet in words, and what was made of all. */
interface Difference<Told> {
  readonly message: string;
  readonly told: Told | undefined;
}

/** What differs; undefined: nothing. Throws NotCompared, OutOfBudget. */
function compareIn<Told>(
  order: FieldOrder,
  point: StagePoint,
  stages: readonly Stage[],
  chain: MachineChain | undefined,
  { machine, program, known, budget, large, tell }: Context<Told>,
): Difference<Told> | undefined {
  const layout = new FieldLayout(order);
  const diagrams = new Diagrams(budget);
  const meanings = new Meanings(diagrams, layout);
  const packets = new StagePackets(diagrams, layout, boundZones(program), point, large);
  const gates = new Gates(meanings, packets, known.buckets);
  const wanted = withoutLooks(meaningOfStages(stages, meanings, packets, gates));
  const found = withoutLooks(new ChainMeaning(machine, meanings, packets, gates, known).ofBase(chain));
  for (const { effects } of [wanted, found]) requireOneQuestion(effects, meanings, packets.possible());
  const notes = bitsForNotes(program, wanted, meanings);
  const [policy, rules] = [wanted, found].map((meaning) => withoutNotes(meaning, notes, meanings));
  const message = differenceOf(policy!, rules!, meanings, packets);
  if (message === undefined) return undefined;
  if (known.buckets.areGuessed) {
    throw new NotCompared('limits that are alike, and whose names do not tell them apart');
  }
  if (new OwnWords(stages).areUsed) throw new NotCompared("a plane's own words, which may differ or not");
  const real = realOf(packets);
  const things = [...unlikeThings(policy!, rules!, meanings, real)];
  const deciders = (): Deciders => {
    const { meaning, of } = decidersOf(stages, meanings, packets, gates);
    return { decision: withoutNotes(withoutLooks(meaning), notes, meanings).decision, of };
  };
  const told = tell({ stageId: point.stage, stages, program, order, meanings, packets, real, things, deciders });
  return { message, told };
}

/** The packets that there can be, as far as is known of sets that have a name each. */
function realOf(packets: StagePackets): Diagram {
  return packets.diagrams.when(packets.lookups.facts(), packets.possible());
}

/** Zones as the target has them. */
function boundZones({ zones, target }: Program): Program['zones'] {
  return zones.map((zone) => target?.zones.get(zone.name) ?? zone);
}

function pointOf(stage: StageId, hook: Entry['hook'], { policy }: Program): StagePoint {
  const tracked = isAtArrival(stage) ? [] : ([4, 6] as const).filter((family: Family) => needsTracking(policy, family));
  return { stage, sent: hook === 'output', tracked };
}

/** A thing that is not the same, and a packet that the diagrams tell both sides apart by. */
interface Unlike extends UnlikeThing {
  readonly packet: Assignment;
}

/** What differs, with a packet that shows it; undefined: nothing. */
function differenceOf(wanted: Meaning, found: Meaning, meanings: Meanings, packets: StagePackets): string | undefined {
  const { diagrams, lookups } = packets;
  const possible = packets.possible();
  // What is the same whatever sets hold needs no look into them.
  if (!firstUnlike(wanted, found, meanings, possible)) return undefined;
  const real = realOf(packets);
  const unlike = firstUnlike(wanted, found, meanings, real);
  if (!unlike) return undefined;
  const textAt = (diagram: Diagram, packet: Assignment) =>
    lookups.resolved(meanings.textOf(diagrams.valueAt(diagram, packet)), packet);
  const differ = (packet: Assignment) =>
    diagrams.valueAt(real, packet) !== NOTHING && textAt(unlike.policy, packet) !== textAt(unlike.rules, packet);
  const packet = lookups.realPacket(unlike.packet, differ);
  if (!packet) throw new UnclearSets('lookups in large sets, which may differ or not');
  const [should, does] = [unlike.policy, unlike.rules].map((diagram) => textAt(diagram, packet) || 'nothing');
  return `${unlike.thing ?? 'the verdict'}: ${should} by the policy, ${does} by the rules, of ${packetText(packet, packets)}`;
}

/** The first thing that is another for some of the possible packets. */
function firstUnlike(policy: Meaning, rules: Meaning, meanings: Meanings, possible: Diagram): Unlike | undefined {
  for (const unlike of unlikeThings(policy, rules, meanings, possible)) return unlike;
  return undefined;
}

/** Each thing that is another for some of the possible packets, the verdict first. */
function* unlikeThings(
  { decision, effects }: Meaning,
  rules: Meaning,
  meanings: Meanings,
  possible: Diagram,
): Generator<Unlike> {
  const { diagrams } = meanings;
  const among = (diagram: Diagram) => diagrams.when(possible, diagram);
  const unlike = (thing: string | undefined, one: Diagram, other: Diagram): Unlike[] => {
    if (one === other) return [];
    // Where the two agree mostly, this is far smaller than either of them among the possible packets.
    const packet = diagrams.somePacket(among(diagrams.unlike(one, other)));
    return packet ? [{ thing, policy: one, rules: other, packet }] : [];
  };
  yield* unlike(undefined, decision, rules.decision);
  const matched = matchedEffects(effects, rules.effects, { among, joined: (a, b) => meanings.joined(a, b) });
  for (const [thing, { one, other }] of matched) yield* unlike(thing, one, other);
}
