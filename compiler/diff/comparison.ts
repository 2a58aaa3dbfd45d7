/** Two policies' stages of one name as functions of all packets, and where these differ. */
import { everyRule } from '../4-program/every-rule.ts';
import type { Program, ProgramRule, Stage, StageId } from '../4-program/program.ts';
import type { Table } from '../model/table.ts';
import { AtomTests } from '../proof/atom-tests.ts';
import { Numbering } from '../proof/canonical.ts';
import { ALL, NOTHING, type Diagram, type Diagrams, type Operation } from '../proof/diagrams.ts';
import type { FieldLayout } from '../proof/fields.ts';
import type { FoundRows } from '../proof/found-rows.ts';
import { Histories } from '../proof/histories.ts';
import { Outcomes, type Outcome } from '../proof/outcomes.ts';
import { PacketTests, type ZoneNumbers } from '../proof/packet-tests.ts';
import { writtenBy } from '../proof/registers.ts';
import { RowFinder } from '../proof/rows.ts';
import { canonicalDecisions } from './decisions.ts';
import type { Interfaces } from './interfaces.ts';
import type { NamedGate, PairedLimits } from './limits.ts';
import { DECISION, GATE, RuleSets } from './rule-sets.ts';
import type { Spoken } from '../proof/machine/spoken.ts';
import { meaningOfStages, START, type Side } from './stage-meaning.ts';
import { pairTables } from './tables.ts';

export interface ComparedStages {
  readonly id: StageId;
  readonly old: readonly Stage[];
  readonly new: readonly Stage[];
}

export interface Context {
  readonly old: Program;
  readonly new: Program;
  readonly interfaces: Interfaces;
  readonly limits: PairedLimits;
  /** Some packets of any protocol are in no connection table. */
  readonly exemptsFlows: boolean;
}

/**
 * Whether TCP that begins in its middle has to be told apart: not where both filters drop it before they ask rules about flows,
 * and rules about each packet do not ask either. The regions are then about beginnings of flows alone.
 */
export function tellsMiddles({ id, old, new: later }: ComparedStages, { exemptsFlows }: Context): boolean {
  const drops = ({ stateful }: Stage) => stateful?.invalid === 'drop' && !stateful.pickup;
  const both = [...old, ...later];
  return (
    id.startsWith('filter ') && (exemptsFlows || !both.every(drops) || everyRule(itemsOf(both)).some(asksForFlags))
  );
}

function asksForFlags({ eachPacket, atoms }: ProgramRule): boolean {
  return eachPacket && atoms.some(({ test }) => 'field' in test && test.field === 'tcp flags');
}

/** What becomes of some packets on each side, and by which rules. */
export interface Change {
  /** `decision`, or the name of what rules write. */
  readonly aspect: string;
  /** Functions of what is asked again and again alone, such as buckets: equal exactly if their numbers are. */
  readonly old: Diagram;
  readonly new: Diagram;
  /** Sets of rules, by number; see `rulesOf`. */
  readonly oldRules: number;
  readonly newRules: number;
}

/** Where the two sides differ: a diagram whose values are numbers of changes, from 1 on. */
export interface Difference {
  readonly aspect: string;
  readonly where: Diagram;
}

export class Comparison {
  readonly packets: PacketTests;
  readonly decisions = new Numbering();
  readonly histories = new Histories();
  readonly finder: RowFinder;
  readonly #stages: ComparedStages;
  readonly #sides: { readonly old: Side; readonly new: Side };
  readonly #rules: { readonly old: RuleSets; readonly new: RuleSets };
  /** The value 1 stands for none yet. */
  readonly #changes: (readonly [aspect: string, parts: readonly number[]])[] = [
    ['', []],
    ['', []],
  ];
  readonly #numbers = new Map<string, number>();
  readonly #kinds = new Numbering();
  #codes = FIRST_CODE;

  /** `walk`: tables of which row after row is asked. */
  constructor(
    stages: ComparedStages,
    context: Context,
    diagrams: Diagrams,
    layout: FieldLayout,
    walk: (table: Table) => boolean,
  ) {
    const { interfaces, limits } = context;
    this.#stages = stages;
    this.packets = new PacketTests(diagrams, layout, interfaces.old);
    const later = new PacketTests(diagrams, layout, interfaces.new, this.packets.variables);
    const outcomes = new Outcomes(diagrams, this.histories);
    this.finder = new RowFinder(this.packets);
    const paired = pairTables(itemsOf(stages.old), itemsOf(stages.new), walk);
    const side = (
      own: readonly Stage[],
      packets: PacketTests,
      zones: ZoneNumbers,
      found: ReadonlyMap<Table, FoundRows>,
      named: NamedGate,
    ): Side => {
      const frame = {
        diagrams,
        outcomes,
        named,
        atoms: new AtomTests(packets, this.histories),
        histories: this.histories,
        decisions: this.decisions,
        finder: this.finder,
        written: writtenBy(itemsOf(own)),
        only: undefined,
        onMet: () => undefined,
      };
      return { stages: own, zones, packets, found, frame, tellsMiddles: tellsMiddles(stages, context) };
    };
    this.#sides = {
      old: side(stages.old, this.packets, interfaces.old, paired.old, limits.old),
      new: side(stages.new, later, interfaces.new, paired.new, limits.new),
    };
    this.#rules = {
      old: new RuleSets(diagrams, this.#codes--, limits.old),
      new: new RuleSets(diagrams, this.#codes--, limits.new),
    };
    for (const { stages: own, found } of Object.values(this.#sides)) this.#tellRowsApart(own, found);
  }

  /** The change that a diagram's value stands for. */
  changeOf(number: number): Change {
    const [aspect = '', change] = this.#changes[number]!;
    const [old = 0, later = 0, oldRules = 0, newRules = 0] = change!;
    return { aspect, old, new: later, oldRules, newRules };
  }

  /** Equal for changes that are alike but for the rules that say so. */
  kindOf(number: number): number {
    const [aspect, [old, later]] = this.#changes[number]! as [string, number[]];
    return this.#kinds.numberOf(`${aspect} ${old} ${later}`);
  }

  /** The rules that changes stand by, in the order in which they are asked. */
  rulesOf(side: 'old' | 'new', changes: readonly Change[]): readonly Spoken[] {
    return this.#rules[side].rulesOf(changes.map((change) => (side === 'old' ? change.oldRules : change.newRules)));
  }

  /** What differs, the decision first. Throws `Unprovable`, `OutOfBudget`. */
  differences(): readonly Difference[] {
    const { diagrams } = this.packets;
    const [old, later] = [this.#outcome(this.#sides.old), this.#outcome(this.#sides.new)];
    const unequalIn = (aspect: string, one: Diagram = NOTHING, other: Diagram = NOTHING): Unequal => ({
      aspect,
      where: this.#unequal(one, other),
      old: one,
      new: other,
    });
    const names = [...new Set([...old.registers.keys(), ...later.registers.keys()])];
    const parts = names.map((name) => unequalIn(name, old.registers.get(name), later.registers.get(name)));
    const limits = parts.filter(({ aspect }) => aspect.startsWith(GATE));
    const written = parts.filter(({ aspect }) => !aspect.startsWith(GATE));
    const done = [unequalIn(DECISION, old.decision, later.decision), ...written];
    // A limit that something else hangs on which differs is part of that.
    const told = diagrams.firstOf(done.map(({ where }) => where));
    const asked = limits.map((limit) => ({ ...limit, where: diagrams.unless(told, limit.where) }));
    const unequal = [...done, ...asked].filter(({ where }) => where !== NOTHING);
    if (unequal.length === 0) return [];
    const all = diagrams.firstOf(unequal.map(({ where }) => where));
    this.#askRules('old', all);
    this.#askRules('new', all);
    return unequal.map((part) => ({ aspect: part.aspect, where: this.#numbered(part) }));
  }

  #tellRowsApart(stages: readonly Stage[], found: ReadonlyMap<Table, FoundRows>): void {
    const visit = (items: Stage['items']): void => {
      for (const item of items) {
        if (item.kind === 'rule') continue;
        const rows = item.kind === 'each' ? found.get(item.row.table) : undefined;
        if (item.kind === 'each' && rows) this.finder.classesOf(rows.table).distinguish(rows.found(item.rows));
        visit(item.items);
      }
    };
    visit(itemsOf(stages));
  }

  #outcome(side: Side): Outcome {
    const outcome = meaningOfStages(this.#stages.id, side, START);
    return { ...outcome, decision: canonicalDecisions(outcome.decision, this.packets, this.decisions) };
  }

  /** 1 where the two say different things of a packet. */
  #unequal(one: Diagram, other: Diagram): Diagram {
    const { diagrams, variables } = this.packets;
    const isLast = (diagram: Diagram) => diagrams.levelOf(diagram) >= variables.firstOfLast;
    const operation: Operation = {
      code: UNEQUAL,
      plain: (a, b) => (a === b ? NOTHING : isLast(a) && isLast(b) ? ALL : -1),
    };
    return diagrams.combine(operation, one, other);
  }

  /** Notes which rules of a side each of the packets meets. */
  #askRules(side: 'old' | 'new', packets: Diagram): void {
    const { diagrams } = this.packets;
    const asking = this.#sides[side];
    const inOrder: Side = { ...asking, frame: { ...asking.frame, inOrder: true } };
    const others = diagrams.unless(packets, diagrams.value(NOT_ASKED));
    meaningOfStages(this.#stages.id, inOrder, { ...START, decision: others }, (spoken, reached) =>
      this.#rules[side].add(spoken, diagrams.when(packets, reached)),
    );
  }

  /** The numbers of changes: what both sides say there, and which rules say it. */
  #numbered({ aspect, where, old, new: later }: Unequal): Diagram {
    const parts = [old, later, ...SIDES.map((side) => this.#rules[side].speakingOf(aspect))];
    return parts.reduce((numbers, part, at) => this.#withPart(aspect, numbers, part, at >= 2), where);
  }

  /** Each change with one thing more: the number of a function of the last variables, or of a set of rules. */
  #withPart(aspect: string, changes: Diagram, part: Diagram, isOfRules: boolean): Diagram {
    const { diagrams, variables } = this.packets;
    const operation: Operation = {
      code: this.#codes--,
      plain: (a, b) => {
        if (a === NOTHING) return NOTHING;
        if (!diagrams.isValue(a) || diagrams.levelOf(b) < variables.firstOfLast) return -1;
        const [, former = []] = this.#changes[diagrams.valueAt(a, NO_PACKET)] ?? [];
        // The rules that are met whatever the buckets say.
        const more = isOfRules ? this.#rules[former.length === 2 ? 'old' : 'new'].joined(diagrams.valuesOf(b)) : b;
        return diagrams.value(this.#numberOf(aspect, [...former, more]));
      },
    };
    return diagrams.combine(operation, changes, part);
  }

  #numberOf(aspect: string, parts: readonly number[]): number {
    const text = `${aspect} ${parts.join()}`;
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#changes.push([aspect, parts]) - 1));
    return number;
  }
}

/** Something that differs, and what both sides say of it. */
interface Unequal extends Difference {
  readonly old: Diagram;
  readonly new: Diagram;
}

const SIDES = ['old', 'new'] as const;
const NO_PACKET: ReadonlySet<number> = new Set();
/** A decision that no rule has: of packets that are the same on both sides. */
const NOT_ASKED = 2 ** 29;
const UNEQUAL = -80;
/** Codes of operations count down from here, one for each use. */
const FIRST_CODE = -100;

function itemsOf(stages: readonly Stage[]): Stage['items'] {
  return stages.flatMap(({ implied, items }) => [...implied, ...items]);
}
