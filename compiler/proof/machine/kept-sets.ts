/** Sets that packets change, as rules of a text use them: buckets of limits, and memories. */
import type { Memory } from '../../model/index.ts';
import { NOTHING, type Diagram } from '../diagrams.ts';
import { fullAfter, type Buckets, type Update } from './buckets.ts';
import type { Machine, Read } from './form.ts';
import type { Gates, Past } from './gates.ts';
import { fieldOf } from './key-reads.ts';
import { NO_MEANING, type Meaning, type Meanings } from './meaning.ts';
import type { OwnWords } from './own-words.ts';
import { NotCompared } from './not-compared.ts';
import { isRemembered, memoryEvent, type Memories } from './memories.ts';
import type { PacketReads } from './packet-reads.ts';
import type { RingChain } from './rings.ts';
import type { StagePackets } from './stage-packets.ts';

/** Which of them are what in the policy. */
export interface Known {
  readonly buckets: Buckets;
  readonly memories: Memories;
  readonly words: OwnWords;
}

export class KeptSets {
  readonly #machine: Machine;
  readonly #meanings: Meanings;
  readonly #reads: PacketReads;
  readonly #packets: StagePackets;
  readonly #gates: Gates;
  readonly #known: Known;
  /** Memories of several hits, by set and key: whose hits are known to be young enough where rules ask. */
  readonly #counted = new Map<string, Diagram>();

  constructor(
    machine: Machine,
    meanings: Meanings,
    reads: PacketReads,
    packets: StagePackets,
    gates: Gates,
    known: Known,
  ) {
    this.#machine = machine;
    this.#meanings = meanings;
    this.#reads = reads;
    this.#packets = packets;
    this.#gates = gates;
    this.#known = known;
  }

  /** Asks the bucket of the packet's key for tokens, or for another connection. */
  update(update: Update, set: Diagram): Past {
    const { limit, connections, key, timeout } = update;
    const { diagrams } = this.#packets;
    if (!limit && !connections) return this.#memoryWrite(update, diagrams.when(this.#reads.readable(key), set));
    if (timeout !== undefined) throw new NotCompared('a bucket with a time of its own');
    const kept = this.#machine.sets.get(update.set)!.timeout;
    const isForgotten = limit && kept !== undefined && kept < fullAfter(limit);
    return this.#gates.asked(
      this.#known.buckets.ofSet(update, this.#machine),
      diagrams.when(this.#reads.readable(key), set),
      isForgotten ? 'and forgets before it is full again' : undefined,
    );
  }

  /** What has no place in a full memory breaks off the rule. */
  #memoryWrite({ verb, set: name, key, timeout }: Update, set: Diagram): Past {
    if (verb === 'add') throw new NotCompared('a set that packets change');
    const memory = this.#known.memories.ofSet(name);
    if (memory.hits > 1) return { set, steps: [this.#oddity(memory, set, 'are passed over')] };
    const { thing, what } = memoryEvent(verb === 'delete' ? 'forget' : 'remember', memory, keyOfReads(key), timeout);
    const hasPlace = this.#packets.tests.free(`memory ${memory.name} has a place`);
    return {
      set: verb === 'delete' ? set : this.#packets.diagrams.when(hasPlace, set),
      steps: [this.#meanings.affects(set, thing, what)],
    };
  }

  /** The packets whose key is in a memory, or is not; or found no place in a full table of buckets. */
  match(key: readonly Read[], name: string, negated: boolean, set: Diagram): Past {
    const { diagrams } = this.#packets;
    const buckets = negated ? this.#known.buckets.withKey(name, key) : undefined;
    if (buckets !== undefined) {
      const foundNone = diagrams.when(this.#reads.readable(key), this.#gates.foundNoPlace(buckets));
      return { steps: [], set: diagrams.when(foundNone, set) };
    }
    const memory = this.#known.memories.ofSet(name);
    const within = isRemembered(memory, keyOfReads(key), this.#packets);
    const looking = diagrams.when(this.#reads.readable(key), set);
    return {
      set: diagrams.when(negated ? diagrams.not(within) : within, looking),
      steps: [this.#meanings.looksInto(looking, memory.name), ...this.#tooOld(memory, name, key, looking)],
    };
  }

  /** What a chain does that keeps the hits of a memory. */
  ring({ does, memory, key }: RingChain, set: Diagram): Meaning {
    const where = this.#packets.diagrams.when(this.#reads.readable(key), set);
    if (does === 'count') return NO_MEANING;
    if (does === 'something else') return this.#oddity(memory, where, `meet ${does}`);
    const { thing, what } = memoryEvent(does, memory, keyOfReads(key), undefined);
    return this.#meanings.affects(where, thing, what);
  }

  /** The hits of these packets' keys have been counted. */
  counted({ set: name, key }: RingChain, set: Diagram): void {
    this.#counted.set(`${name} ${keyOfReads(key)}`, this.#packets.diagrams.when(this.#reads.readable(key), set));
  }

  /** What no policy does to the hits of a memory. */
  #oddity({ name }: Memory, set: Diagram, what: string): Meaning {
    return this.#meanings.affects(set, `hits of memory ${name}`, what);
  }

  /** Packets that ask for hits which may be too old to count. */
  #tooOld(memory: Memory, name: string, key: readonly Read[], looking: Diagram): Meaning[] {
    if (memory.hits === 1) return [];
    const counted = this.#counted.get(`${name} ${keyOfReads(key)}`) ?? NOTHING;
    const others = this.#packets.diagrams.unless(counted, looking);
    if (others === NOTHING) return [];
    return [this.#oddity(memory, others, 'may be too old when they are asked for')];
  }
}

/** A memory's key, as the policy has it. Throws NotCompared. */
function keyOfReads(key: readonly Read[]): string {
  const fields = key.map((read) =>
    read.kind === 'field' && read.mask === undefined ? fieldOf(read)?.field : undefined,
  );
  if (fields.includes(undefined)) throw new NotCompared('a memory of what is no field');
  return fields.join(', ');
}
