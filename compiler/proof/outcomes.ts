/** What a list of rules does to every packet at once, and how lists follow each other. */
import { ALL, NOTHING, type Diagram, type Diagrams, type Operation, FIRST_OWN_OPERATION } from './diagrams.ts';
import type { Histories } from './histories.ts';

export interface Outcome {
  /** The number of the decision; nothing where the packet goes on. */
  readonly decision: Diagram;
  /** By name, what happened to each thing that rules write: the numbers of histories. Those not named: nothing. */
  readonly registers: ReadonlyMap<string, Diagram>;
}

/** Every packet goes on, and nothing happened. */
export const GOES_ON: Outcome = { decision: NOTHING, registers: new Map() };

export class Outcomes {
  readonly #diagrams: Diagrams;
  readonly #join: Operation;
  #bypasses = 0;

  constructor(diagrams: Diagrams, histories: Histories) {
    this.#diagrams = diagrams;
    this.#join = {
      code: FIRST_OWN_OPERATION,
      plain: (a, b) => {
        if (a === NOTHING) return b;
        if (b === NOTHING) return a;
        if (diagrams.isValue(a) && diagrams.isValue(b)) {
          return diagrams.value(histories.join(diagrams.valueAt(a, NO_PACKET), diagrams.valueAt(b, NO_PACKET)));
        }
        return -1;
      },
    };
  }

  /** First the one, then for packets that go on the other. */
  follow(first: Outcome, second: Outcome): Outcome {
    if (second === GOES_ON) return first;
    if (first === GOES_ON) return second;
    const registers = new Map(first.registers);
    for (const [name, happens] of second.registers) {
      this.#write(registers, name, this.#diagrams.unless(first.decision, happens));
    }
    return { decision: this.#diagrams.orElse(first.decision, second.decision), registers };
  }

  /** All in order, in pairs, so that large ones are walked only a few times. */
  inOrder(list: readonly Outcome[]): Outcome {
    if (list.length <= 1) return list[0] ?? GOES_ON;
    const middle = list.length >> 1;
    return this.follow(this.inOrder(list.slice(0, middle)), this.inOrder(list.slice(middle)));
  }

  /**
   * What `walk` does to packets in the set; all others go by. `walk` is told the state in which packets outside count as
   * decided, and gives the state after.
   */
  inside(set: Diagram, before: Outcome, walk: (state: Outcome) => Outcome): Outcome {
    const diagrams = this.#diagrams;
    if (set === NOTHING) return before;
    if (set === ALL) return walk(before);
    if (before === GOES_ON) return this.#within(set, walk(GOES_ON));
    const elsewhere = this.#elsewhere();
    const bypassed = diagrams.orElse(before.decision, diagrams.unless(set, diagrams.value(elsewhere)));
    const { decision, registers } = walk({ decision: bypassed, registers: before.registers });
    this.#bypasses--;
    return { decision: diagrams.without(decision, elsewhere), registers };
  }

  /** The parts in order until a packet is in the set of one: that one is asked, and none behind it. */
  untilMet(
    parts: readonly { readonly set: Diagram; readonly after: (state: Outcome) => Outcome }[],
    before: Outcome,
  ): Outcome {
    const diagrams = this.#diagrams;
    if (before !== GOES_ON) {
      let met: Diagram = NOTHING;
      return parts.reduce((state, { set, after }) => {
        const next = this.inside(diagrams.unless(met, set), state, after);
        met = diagrams.orElse(met, set);
        return next;
      }, before);
    }
    const elsewhere = this.#elsewhere();
    const list = parts.map(({ set, after }) => {
      const { decision, registers } = this.#within(set, after(GOES_ON));
      return { decision: diagrams.orElse(decision, diagrams.when(set, diagrams.value(elsewhere))), registers };
    });
    const { decision, registers } = this.inOrder(list);
    this.#bypasses--;
    return { decision: diagrams.without(decision, elsewhere), registers };
  }

  /** Whether two outcomes are the same for every packet. */
  equal(first: Outcome, second: Outcome): boolean {
    const names = new Set([...first.registers.keys(), ...second.registers.keys()]);
    return (
      first.decision === second.decision &&
      [...names].every((name) => (first.registers.get(name) ?? NOTHING) === (second.registers.get(name) ?? NOTHING))
    );
  }

  #within(set: Diagram, { decision, registers }: Outcome): Outcome {
    const diagrams = this.#diagrams;
    return {
      decision: diagrams.when(set, decision),
      registers: new Map([...registers].map(([name, happens]) => [name, diagrams.when(set, happens)])),
    };
  }

  /** A number that no decision has, for packets that an inner list is not about. */
  #elsewhere(): number {
    return MOST_DECISIONS + this.#bypasses++;
  }

  /** The registers after something more happened to one of them. */
  written(registers: Outcome['registers'], name: string, happens: Diagram): Outcome['registers'] {
    const after = new Map(registers);
    this.#write(after, name, happens);
    return after;
  }

  #write(registers: Map<string, Diagram>, name: string, happens: Diagram): void {
    if (happens === NOTHING) return;
    registers.set(name, this.#diagrams.combine(this.#join, registers.get(name) ?? NOTHING, happens));
  }
}

/** Decisions have numbers below. */
const MOST_DECISIONS = 2 ** 30;

const NO_PACKET: ReadonlySet<number> = new Set();
