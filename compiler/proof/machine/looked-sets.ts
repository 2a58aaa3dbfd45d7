/** Sets and maps that rules look keys up in: which packets find something there, and what. */
import { strideOf } from '../../net/words.ts';
import type { Diagram } from '../diagrams.ts';
import type { Column, Machine, MachineSet, Read, SetUse } from './form.ts';
import { dataRead, rowsRead } from './key-reads.ts';
import type { KeyData } from './key-tables.ts';
import type { ValueKind } from './lookups.ts';
import { NotCompared } from './not-compared.ts';
import type { PacketReads } from './packet-reads.ts';
import type { StagePackets } from './stage-packets.ts';

export class LookedSets {
  readonly #machine: Machine;
  readonly #packets: StagePackets;
  readonly #reads: PacketReads;

  constructor(machine: Machine, packets: StagePackets, reads: PacketReads) {
    this.#machine = machine;
    this.#packets = packets;
    this.#reads = reads;
  }

  /** Throws NotCompared for one that packets change. */
  set(use: SetUse): MachineSet {
    const set = typeof use === 'string' ? this.#machine.sets.get(use)! : use;
    if (set.isDynamic) throw new NotCompared('a set that packets change');
    return set;
  }

  /** The packets that have what the key reads. */
  readable(key: readonly Read[]): Diagram {
    return this.#reads.readable(key);
  }

  /** The packets that find one of these elements, or any where none are named. */
  found(key: readonly Read[], set: MachineSet, elements?: Uint32Array): Diagram {
    return this.#packets.diagrams.when(this.#reads.readable(key), this.#reads.found(key, set, elements));
  }

  /** Which packets of the set find what stands behind the keys. */
  values(
    key: readonly Read[],
    looked: MachineSet,
    data: KeyData,
    kind: ValueKind,
    set: Diagram,
  ): readonly { readonly where: Diagram; readonly text: string }[] {
    const { diagrams, lookups } = this.#packets;
    const within = diagrams.when(set, this.#reads.readable(key));
    const read = rowsRead(key, looked, undefined);
    const found = read && lookups.values(read.fields, read.rows, dataRead(data, read.elements), kind);
    if (found) return found.map(({ where, text }) => ({ where: diagrams.when(within, where), text }));
    if (looked.count > lookups.large) throw new NotCompared(`what a key finds in a large set, by \`${key[0]?.kind}\``);
    return [...groupsOf(looked.count, (index) => kind.text(data, index))].map(([text, elements]) => ({
      where: diagrams.when(within, this.#reads.found(key, looked, elements)),
      text,
    }));
  }
}

/** Which of so many elements belong to each group. */
export function groupsOf<Group>(count: number, groupOf: (index: number) => Group): Map<Group, Uint32Array> {
  const groups = new Map<Group, number[]>();
  for (let index = 0; index < count; index++) {
    const group = groupOf(index);
    const known = groups.get(group);
    if (known) known.push(index);
    else groups.set(group, [index]);
  }
  return new Map([...groups].map(([group, indices]) => [group, Uint32Array.from(indices)]));
}

/** The numbers of a column as data of keys; throws NotCompared for names. */
export function numbersOf(column: Column): KeyData {
  if (column.kind === 'names') throw new NotCompared('names as data of a map');
  return { stride: strideOf(column.width), lows: column.lows, highs: column.highs };
}
