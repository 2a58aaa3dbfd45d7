/**
 * Which rules of a stage some packet comes to, by the definition: rule after rule, a diagram of the packets that are still asked.
 * Shares nothing with lint but the diagrams and the reading of single tests; for stages in which no rule writes what others read.
 */
import type { ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import type { Zone } from '../../compiler/model/policy.ts';
import { AtomTests } from '../../compiler/proof/atom-tests.ts';
import type { BoundRows } from '../../compiler/proof/bound-rows.ts';
import { ALL, Diagrams, NOTHING, type Diagram } from '../../compiler/proof/diagrams.ts';
import { FieldLayout, ORDERS } from '../../compiler/proof/fields.ts';
import { Histories } from '../../compiler/proof/histories.ts';
import { numberMembers, PacketTests } from '../../compiler/proof/packet-tests.ts';
import { possiblePackets } from '../../compiler/proof/possible-packets.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';

/** `none`: no packet is for it. */
export type Found = 'reached' | 'unreached' | 'none';

/** By rule and row, in the order of the walk. */
export function reachedEntries(stage: Stage, zones: readonly Zone[]): readonly { rule: ProgramRule; found: Found }[] {
  return new Walk(stage, zones).entries;
}

class Walk {
  readonly entries: { rule: ProgramRule; found: Found }[] = [];
  readonly #diagrams = new Diagrams(2 ** 30);
  readonly #packets: PacketTests;
  readonly #atoms: AtomTests;
  #asked = 0;

  constructor(stage: Stage, zones: readonly Zone[]) {
    this.#packets = new PacketTests(this.#diagrams, new FieldLayout(ORDERS[0]!), numberMembers(zones));
    this.#atoms = new AtomTests(this.#packets, new Histories());
    const items = [...stage.implied, ...stage.items];
    const ofZones = stage.zones
      ? this.#packets.zoneIn(
          'in',
          stage.zones.map(({ name }) => name),
        )
      : ALL;
    const first = this.#diagrams.when(possiblePackets(this.#packets), ofZones);
    const after = this.#list(items, first, first, new Map(), true).going;
    const states = stage.stateful?.invalid === 'pass' ? [0, 3, 4] : [0, 4];
    const seen = IntervalSet.fromIntervals(
      3,
      states.map((state) => [state, state] as const),
    );
    const ofFlows = stage.stateful ? this.#packets.numberIn('state', seen) : ALL;
    this.#list(items, this.#diagrams.when(ofFlows, after), this.#diagrams.when(ofFlows, first), new Map(), false);
  }

  /** `all`: the packets that there would be if no rule kept any; `going`: those that go on. */
  #list(
    items: readonly ProgramItem[],
    before: Diagram,
    all: Diagram,
    rows: BoundRows,
    eachPacket: boolean,
  ): { going: Diagram; left: Diagram } {
    let going = before;
    let left: Diagram = NOTHING;
    for (const item of items) {
      if (item.kind === 'rule') {
        if (item.eachPacket !== eachPacket) continue;
        const met = this.#rule(item, going, all, rows);
        if (!item.decision) continue;
        const isLeaving = item.decision.kind === 'verdict' && item.decision.verdict.kind === 'leave';
        if (isLeaving) left = this.#diagrams.orElse(left, this.#diagrams.when(met, going));
        going = this.#diagrams.unless(met, going);
      } else if (item.kind === 'scope') {
        const inside = this.#list(item.items, going, all, rows, eachPacket);
        going = this.#diagrams.orElse(inside.going, inside.left);
      } else {
        const numbers = item.rows ?? Uint32Array.from({ length: item.row.table.rowCount }, (_, row) => row);
        for (const number of numbers) {
          const bound = new Map(rows).set(item.row.table, { kind: 'row', number });
          const after = this.#list(item.items, going, all, bound, eachPacket);
          going = after.going;
          left = this.#diagrams.orElse(left, after.left);
        }
      }
    }
    return { going, left };
  }

  /** Says what is found of the rule; gives the packets that are certain to meet it, gates and all. */
  #rule(rule: ProgramRule, going: Diagram, all: Diagram, rows: BoundRows): Diagram {
    const diagrams = this.#diagrams;
    const context = { rows, registers: new Map<string, Diagram>() };
    const isSure = ({ test }: ProgramRule['atoms'][number]) => test.kind !== 'opaque';
    const asked = this.#atoms.all(rule.atoms.filter(isSure), context);
    let met = diagrams.when(this.#packets.family(rule.family ?? 4), asked);
    if (rule.family === undefined) met = asked;
    const found =
      diagrams.when(met, going) !== NOTHING ? 'reached' : diagrams.when(met, all) === NOTHING ? 'none' : 'unreached';
    this.entries.push({ rule, found });
    if (rule.gates.length === 0 && rule.atoms.every(isSure)) return met;
    return diagrams.when(this.#packets.free(`asked ${this.#asked++}`), met);
  }
}
