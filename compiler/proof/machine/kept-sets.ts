/** Sets that packets change, as rules of a text use them: buckets of limits, and memories. */
import type { Diagram } from '../diagrams.ts';
import { fullAfter, type Buckets, type Update } from './buckets.ts';
import type { Machine, Read } from './form.ts';
import type { Gates, Past } from './gates.ts';
import { fieldOf } from './key-reads.ts';
import { NotCompared, type Meanings } from './meaning.ts';
import { isRemembered, memoryEvent, type Memories } from './memories.ts';
import type { PacketReads } from './packet-reads.ts';
import type { StagePackets } from './stage-packets.ts';

/** Which of them are what in the policy. */
export interface Known {
  readonly buckets: Buckets;
  readonly memories: Memories;
}

export class KeptSets {
  readonly #machine: Machine;
  readonly #meanings: Meanings;
  readonly #reads: PacketReads;
  readonly #packets: StagePackets;
  readonly #gates: Gates;
  readonly #known: Known;

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
      steps: [this.#meanings.looksInto(looking, memory.name)],
    };
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
