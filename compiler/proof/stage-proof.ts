/** One stage's plan against its rules: both as functions of all packets, then compared. */
import { positionOf } from '../../grammar/source.ts';
import type { Verdict, Zone } from '../model/policy.ts';
import type { Table } from '../model/table.ts';
import type { ProgramItem, ProgramRule, Stage } from '../4-program/program.ts';
import type { PlanNode, StagePlan } from '../6-plan/plan.ts';
import { AtomTests } from './atom-tests.ts';
import { NO_ROWS } from './bound-rows.ts';
import { Numbering } from './canonical.ts';
import { NOTHING, type Assignment, type Diagram, type Diagrams } from './diagrams.ts';
import type { FieldLayout } from './fields.ts';
import { allRowsOf, type FoundRows } from './found-rows.ts';
import { Histories, type HistoryEvent } from './histories.ts';
import { GOES_ON, Outcomes, type Outcome } from './outcomes.ts';
import { packetText } from './packet-text.ts';
import { numberMembers, PacketTests } from './packet-tests.ts';
import { childrenOf, PlanMeaning } from './plan-meaning.ts';
import { possiblePackets } from './possible-packets.ts';
import { ProgramMeaning } from './program-meaning.ts';
import { writtenBy } from './registers.ts';
import { RuleMeaning, verdictText, type Frame } from './rule-meaning.ts';
import { RowFinder, type RowNumbers } from './rows.ts';

export interface StageQuestion {
  readonly stage: Stage;
  readonly plan: StagePlan;
  readonly zones: readonly Zone[];
  /** Tables of which the row that a key finds is one unknown; all others are walked row by row. */
  readonly unknown: ReadonlySet<Table>;
  readonly diagrams: Diagrams;
  readonly layout: FieldLayout;
}

/** A packet that meets one thing by the policy and another by the plan. */
export interface Difference {
  /** What differs: `decision`, or the name of what rules write. */
  readonly what: string;
  readonly packet: string;
  readonly at: Assignment;
  readonly policy: Fate;
  readonly plan: Fate;
}

interface Fate {
  readonly outcome: string;
  /** The rules that the packet meets, in order. */
  readonly rules: readonly ProgramRule[];
}

/** A difference between a stage's rules and its plan; undefined: they mean the same. Throws `Unprovable`, `OutOfBudget`. */
export function compareStage(question: StageQuestion): Difference | undefined {
  const proof = new StageProof(question);
  const { stage, plan } = question;
  const items = [...stage.implied, ...stage.items];
  return (
    proof.compare(items, ({ eachPacket }) => eachPacket, plan.eachPacket, undefined) ??
    proof.compare(items, ({ eachPacket }) => !eachPacket, plan.body, stage.default)
  );
}

type Asked = (rule: ProgramRule) => boolean;

class StageProof {
  readonly #question: StageQuestion;
  readonly #packets: PacketTests;
  readonly #histories = new Histories();
  readonly #decisions = new Numbering();
  readonly #finder: RowFinder;
  readonly #outcomes: Outcomes;
  readonly #found: ReadonlyMap<Table, FoundRows>;

  constructor(question: StageQuestion) {
    const { diagrams, layout, zones, stage, plan } = question;
    this.#question = question;
    this.#found = allRowsOf(question.unknown);
    this.#packets = new PacketTests(diagrams, layout, numberMembers(zones));
    this.#outcomes = new Outcomes(diagrams, this.#histories);
    this.#finder = new RowFinder(this.#packets);
    const lists = [...rowListsOfItems([...stage.implied, ...stage.items]), ...rowListsOfPlan(plan)];
    for (const { table, rows } of lists) this.#finder.classesOf(table).distinguish(rows);
  }

  /** `otherwise`: what a packet meets that no rule decided about, if it meets nothing else before. */
  compare(
    items: readonly ProgramItem[],
    isAsked: Asked,
    node: PlanNode,
    otherwise: Verdict | undefined,
  ): Difference | undefined {
    const frame = this.#frame(undefined, () => undefined);
    const policy = this.#ofItems(frame, items, isAsked);
    const plan = this.#ofPlan(frame, node);
    const names = ['decision', ...new Set([...policy.registers.keys(), ...plan.registers.keys()])];
    for (const name of names) {
      const [one, other] = [this.#inTheEnd(policy, name, otherwise), this.#inTheEnd(plan, name, otherwise)];
      if (one === other) continue;
      const { diagrams } = this.#question;
      const possible = possiblePackets(this.#packets);
      // Where the two agree mostly, this is far smaller than either of them among the possible packets.
      const packet = diagrams.somePacket(diagrams.when(possible, diagrams.unlike(one, other)));
      if (packet) return this.#difference(name, packet, { items, isAsked, node });
    }
    return undefined;
  }

  /** Where no rule decides, the decision is the block's default. */
  #inTheEnd(outcome: Outcome, name: string, otherwise: Verdict | undefined): Diagram {
    const part = partOf(outcome, name);
    if (name !== 'decision' || !otherwise) return part;
    const { diagrams } = this.#question;
    return diagrams.orElse(part, diagrams.value(this.#decisions.numberOf(verdictText(otherwise))));
  }

  #frame(only: Assignment | undefined, onMet: Frame['onMet']): Frame {
    return {
      diagrams: this.#question.diagrams,
      atoms: new AtomTests(this.#packets, this.#histories, only),
      outcomes: this.#outcomes,
      histories: this.#histories,
      decisions: this.#decisions,
      finder: this.#finder,
      written: writtenBy([...this.#question.stage.implied, ...this.#question.stage.items]),
      only,
      onMet,
    };
  }

  #ofItems(frame: Frame, items: readonly ProgramItem[], isAsked: Asked): Outcome {
    const meaning = new ProgramMeaning(frame, new RuleMeaning(frame), this.#found, isAsked);
    return meaning.after(items, GOES_ON, TOP);
  }

  #ofPlan(frame: Frame, node: PlanNode): Outcome {
    return new PlanMeaning(frame, new RuleMeaning(frame), this.#question.unknown).after(node, GOES_ON, TOP);
  }

  /** Both walks again, for one packet, to say what it meets. */
  #difference(
    what: string,
    packet: Assignment,
    { items, isAsked, node }: { items: readonly ProgramItem[]; isAsked: Asked; node: PlanNode },
  ): Difference {
    const fate = (walk: (frame: Frame) => Outcome): Fate => {
      const rules: ProgramRule[] = [];
      const outcome = walk(this.#frame(packet, (rule) => rules.push(rule)));
      return { outcome: this.#outcomeText(what, partOf(outcome, what), packet, rules), rules };
    };
    const { layout, zones } = this.#question;
    return {
      what,
      at: packet,
      packet: packetText(packet, layout, zones, this.#packets.freeAt(packet)),
      policy: fate((frame) => this.#ofItems(frame, items, isAsked)),
      plan: fate((frame) => this.#ofPlan(frame, node)),
    };
  }

  #outcomeText(what: string, part: Diagram, packet: Assignment, rules: readonly ProgramRule[]): string {
    const value = this.#question.diagrams.valueAt(part, packet);
    if (what !== 'decision') return this.#histories.of(value).map(eventText).join(', then ') || 'nothing';
    const deciding = rules.findLast(({ decision }) => decision !== undefined);
    if (value === 0 || !deciding) return 'no rule decides';
    const { decision, origin } = deciding;
    const { line } = positionOf(origin.span.source, origin.span.start);
    const text = decision!.kind === 'verdict' ? decision!.verdict.kind : this.#decisions.textOf(value);
    return `${text}, by \`${origin.text}\` (line ${line})`;
  }
}

function eventText(event: HistoryEvent): string {
  switch (event.kind) {
    case 'mark':
      return `mark = mark & 0x${event.keep.toString(16)} | 0x${event.set.toString(16)}`;
    case 'dscp':
      return `dscp = ${event.value}`;
    case 'other':
      return event.text;
  }
}

const TOP = { rows: NO_ROWS, depth: 0 };

function partOf({ decision, registers }: Outcome, name: string): Diagram {
  return name === 'decision' ? decision : (registers.get(name) ?? NOTHING);
}

interface RowList {
  readonly table: Table;
  readonly rows: RowNumbers;
}

function rowListsOfItems(items: readonly ProgramItem[]): RowList[] {
  return items.flatMap((item) => {
    if (item.kind === 'rule') return [];
    const inner = rowListsOfItems(item.items);
    return item.kind === 'each' ? [{ table: item.row.table, rows: item.rows }, ...inner] : inner;
  });
}

function rowListsOfPlan({ eachPacket, body }: StagePlan): RowList[] {
  const lists: RowList[] = [];
  const open: PlanNode[] = [eachPacket, body];
  for (let node = open.pop(); node; node = open.pop()) {
    open.push(...childrenOf(node));
    if (node.kind !== 'lookup') continue;
    const { table } = node.row;
    lists.push(...node.classes.map(({ rows }) => ({ table, rows })));
  }
  return lists;
}
