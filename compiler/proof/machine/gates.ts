/**
 * Whether packets get past a limit, a count of connections or a sample. What one answers a packet is an unknown: the same in
 * the policy and in a text where both ask the same bucket, and where the same packets ask it. A packet that asks twice may get
 * two answers, so a part in which some packet does is not compared.
 */
import type { Family } from '../../4-program/program.ts';
import type { Gate } from '../../model/condition.ts';
import type { Diagram } from '../diagrams.ts';
import type { Buckets, KeyedGate } from './buckets.ts';
import type { Meaning, Meanings } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import type { StagePackets } from './stage-packets.ts';

/** How the things begin that answer packets. */
const ANSWERS = 'limit ';
const ASKED = 'is asked';
/** What words of a plane's own are called among buckets. */
const WORDS = 'words ';

/** The packets that got past, and what happened on the way. */
export interface Past {
  readonly set: Diagram;
  readonly steps: readonly Meaning[];
}

export class Gates {
  readonly #meanings: Meanings;
  readonly #packets: StagePackets;
  readonly #buckets: Buckets;

  constructor(meanings: Meanings, packets: StagePackets, buckets: Buckets) {
    this.#meanings = meanings;
    this.#packets = packets;
    this.#buckets = buckets;
  }

  /** The packets of the set that get past all gates of a rule, each asked of those that the ones before let through. */
  past(gates: readonly Gate[], set: Diagram, family: Family | undefined): Past {
    let past: Past = { set, steps: [] };
    for (const gate of gates) {
      const next =
        gate.kind === 'sample' ? this.sampled(gate.one, gate.of, past.set) : this.#keyed(gate, past.set, family);
      past = { set: next.set, steps: [...past.steps, ...next.steps] };
    }
    return past;
  }

  /** The packets of the set to which a bucket says yes. `wrong`: what makes it answer as no bucket of a policy does. */
  asked(buckets: string, set: Diagram, wrong?: string): Past {
    const { diagrams, tests } = this.#packets;
    const event = wrong === undefined ? ASKED : `${ASKED}, ${wrong}`;
    return {
      set: diagrams.when(tests.free(`${ANSWERS}${buckets} says yes`), set),
      steps: [this.#meanings.affects(set, `${ANSWERS}${buckets}`, event)],
    };
  }

  /** The packets of the set of which words of the plane's own hold. */
  askedInWords(text: string, set: Diagram): Past {
    return this.asked(`${WORDS}${text}`, set);
  }

  /** One packet in so many. */
  sampled(below: number, of: number, set: Diagram): Past {
    return below >= of ? { set, steps: [] } : this.asked(`sample ${below}/${of}`, set);
  }

  /** The packets whose key found no place in the table. */
  foundNoPlace(buckets: string): Diagram {
    return this.#packets.tests.free(`${ANSWERS}${buckets} has no place`);
  }

  #keyed(gate: KeyedGate, whole: Diagram, family: Family | undefined): Past {
    const { name: buckets, followed } = this.#buckets.ofGate(gate, family);
    const { diagrams, tests } = this.#packets;
    const ofFlow = gate.kind === 'connections' ? [this.#packets.ofFlow()] : [];
    // A packet without one of the fields has no bucket.
    const present = followed.per.map(({ field }) => tests.present(field));
    const set = [...ofFlow, ...present].reduce((all, one) => diagrams.when(one, all), whole);
    const past = this.asked(buckets, set);
    const isOne = gate.kind === 'rate' && gate.per.length === 0;
    if (gate.bounds.whenFull === 'miss' || isOne) return past;
    return { ...past, set: diagrams.orElse(past.set, diagrams.when(this.foundNoPlace(buckets), set)) };
  }
}

/** Throws NotCompared for things of which a packet asked more than once. */
export function requireOneQuestion(effects: Meaning['effects'], meanings: Meanings, possible: Diagram): void {
  const { diagrams } = meanings;
  for (const [thing, what] of effects) {
    if (!thing.startsWith(ANSWERS)) continue;
    const events = diagrams.valuesOf(diagrams.when(possible, what)).map((value) => meanings.textOf(value));
    const isTwice = events.some((event) => event.split(ASKED).length > 2);
    const asked = thing.startsWith(`${ANSWERS}${WORDS}`) ? 'words' : 'a limit';
    if (isTwice) throw new NotCompared(`${asked} that a packet asks twice`);
  }
}
