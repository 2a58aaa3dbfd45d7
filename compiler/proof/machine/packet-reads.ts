/** Keys that were read back, looked up in sets that were read back, as sets of packets. */
import { IntervalSet } from '../../net/interval-set.ts';
import { strideOf } from '../../net/words.ts';
import { ALL, NOTHING, type Diagram } from '../diagrams.ts';
import type { Column, FieldRead, MachineSet, Read } from './form.ts';
import { fragmentIn } from './fragment-reads.ts';
import { rowsRead } from './key-reads.ts';
import { NotCompared } from './not-compared.ts';
import { OPTIONAL_FIELDS, PLAIN_FIELDS } from './read-fields.ts';
import type { StagePackets } from './stage-packets.ts';

/** Where a number's bits stand, how many they are, and what a packet must have for the read to succeed. */
interface Bits {
  readonly first: number;
  readonly width: number;
  readonly has: Diagram;
  /** The number in the packet is so much more than what is read. */
  readonly offset: number;
}

/** Elements of columns in one part: which index each value set belongs to. */
type ElementGroup = Uint32Array;

export class PacketReads {
  readonly #packets: StagePackets;

  constructor(packets: StagePackets) {
    this.#packets = packets;
  }

  /** The packets that have all that the key reads. */
  readable(key: readonly Read[]): Diagram {
    return key.reduce((all, read) => this.#packets.diagrams.when(all, this.#has(read)), ALL);
  }

  /** The packets whose key is in one of these elements of the set; all elements where none are named. */
  found(key: readonly Read[], set: MachineSet, elements?: Uint32Array): Diagram {
    const { diagrams, lookups } = this.#packets;
    const read = rowsRead(key, set, elements);
    if (read) return lookups.inRows(read.fields, read.rows);
    const indices = elements ?? Uint32Array.from({ length: set.count }, (_, index) => index);
    if (key.length === 1) return this.#inColumn(key[0]!, set.key[0]!, indices);
    const halves = (from: number, to: number): Diagram => {
      if (to - from === 0) return NOTHING;
      if (to - from > 1) {
        const middle = (from + to) >> 1;
        return diagrams.orElse(halves(from, middle), halves(middle, to));
      }
      const one = indices.subarray(from, to);
      return key.reduce((all, part, at) => diagrams.when(all, this.#inColumn(part, set.key[at]!, one)), ALL);
    };
    return halves(0, indices.length);
  }

  #has(read: Read): Diagram {
    if (read.kind === 'field') {
      if (EVERYWHERE.has(read.field)) return ALL;
      if (FRAGMENT_FIELDS.has(read.field)) return fragmentIn(read, undefined, this.#packets);
    }
    return this.#bitsOf(read).has;
  }

  #inColumn(read: Read, column: Column, indices: ElementGroup): Diagram {
    if (column.kind === 'names') return this.#named(read, column, indices);
    const set = intervalsOf(column, indices);
    if (read.kind === 'field' && FRAGMENT_FIELDS.has(read.field)) return fragmentIn(read, set, this.#packets);
    if (read.kind === 'field' && read.field === 'family') return this.#packets.tests.numberIn('family', set);
    const { diagrams, point } = this.#packets;
    // Where a destination may have been translated, what this host sends to itself is told by the address.
    if (read.kind === 'address kind' && point.sent && read.field === 'destination') {
      if (set.singleValue() !== LOCAL) throw new NotCompared('what a destination is to this host');
      return this.#packets.toItself();
    }
    const bits = this.#bitsOf(read);
    const mask = 'mask' in read ? read.mask : undefined;
    const found = mask === undefined ? inBits(bits, set, this.#packets) : inMasked(bits, mask, set, this.#packets);
    return diagrams.when(bits.has, found);
  }

  #named(read: Read, column: Extract<Column, { kind: 'names' }>, indices: ElementGroup): Diagram {
    if (read.kind !== 'field' || (read.field !== 'in' && read.field !== 'out')) {
      throw new NotCompared('names of what is no interface');
    }
    return this.#packets.interfaces(
      read.field,
      Array.from(indices, (index) => column.names[column.indices[index]!]!),
    );
  }

  #bitsOf(read: Read): Bits {
    const packets = this.#packets;
    switch (read.kind) {
      case 'field':
        return fieldBits(read, packets);
      case 'address kind':
        return {
          first: packets.tests.freeLevels(`kind of ${read.field} at ${read.toward ?? 'any'}`, 8),
          width: 8,
          has: ALL,
          offset: 0,
        };
      case 'label':
        return { first: packets.tests.freeLevels('label', 1), width: 1, has: packets.ofFlow(), offset: 0 };
      case 'bytes':
        throw new NotCompared('bytes of a packet by their place');
      case 'hash':
        throw new NotCompared('a hash of a packet');
      case 'constant':
        throw new NotCompared('a number in a key');
    }
  }
}

/** Fields of every packet that are no bits in a row. */
const EVERYWHERE: ReadonlySet<string> = new Set(['family', 'fragment header', 'in', 'out']);

/** The number of an address that is this host's own. */
const LOCAL = 1;

const FRAGMENT_FIELDS: ReadonlySet<string> = new Set(['fragment offset', 'more fragments', 'fragment header']);

/** What no field of a policy stands for. */
const OWN_FIELDS: { readonly [Field in FieldRead['field']]?: number } = {
  time: 64,
  'time of day': 32,
  weekday: 8,
  'flow mark': 32,
  'flow confirmed': 1,
};

const IPV6_HEADER = 40;

function fieldBits({ field, family }: FieldRead, packets: StagePackets): Bits {
  const { tests } = packets;
  const ofFamily = family === undefined ? ALL : tests.family(family);
  const isAddress = field.endsWith('source') || field.endsWith('destination');
  const width = isAddress && family === 4 ? 32 : undefined;
  const plain = PLAIN_FIELDS[field];
  if (plain) {
    return {
      first: packets.placeOf(plain).first,
      width: width ?? packets.placeOf(plain).width,
      has: plain === 'protocol' ? tests.present('protocol') : ofFamily,
      offset: 0,
    };
  }
  const optional = OPTIONAL_FIELDS[field];
  if (optional) {
    const place = packets.placeOf(optional);
    const present = place.presence === undefined ? ALL : packets.diagrams.variable(place.presence);
    const has = packets.diagrams.when(ofFamily, present);
    return { first: place.first, width: width ?? place.width, has, offset: 0 };
  }
  if (field === 'length') {
    return { ...packets.placeOf('length'), has: ofFamily, offset: family === 6 ? IPV6_HEADER : 0 };
  }
  if (field === 'icmp type' || field === 'icmp code') {
    const { first } = packets.placeOf(family === 4 ? 'icmp4' : 'icmp6');
    return { first: field === 'icmp type' ? first : first + 8, width: 8, has: ALL, offset: 0 };
  }
  const own = OWN_FIELDS[field];
  if (own === undefined) throw new NotCompared(`the field \`${field}\``);
  const has = field.startsWith('flow ') ? packets.ofFlow() : ALL;
  return { first: tests.freeLevels(field, own), width: own, has, offset: 0 };
}

function inBits({ first, width, offset }: Bits, set: IntervalSet, { diagrams }: StagePackets): Diagram {
  if (offset === 0 && set.width === width) return diagrams.inSet(first, set);
  const moved = [...set.bigintIntervals()].map(
    ([low, high]) => [low + BigInt(offset), high + BigInt(offset)] as [bigint, bigint],
  );
  return diagrams.inSet(first, IntervalSet.fromIntervals(width, moved));
}

/** `read & mask` in the set: the bits of the mask stand side by side, or each value is asked for bit by bit. */
function inMasked({ first, width }: Bits, mask: bigint, set: IntervalSet, { diagrams }: StagePackets): Diagram {
  if (mask === 0n) return set.contains(set.width > 32 ? 0n : 0) ? ALL : NOTHING;
  let shift = 0n;
  while (((mask >> shift) & 1n) === 0n) shift++;
  const run = mask >> shift;
  if ((run & (run + 1n)) === 0n) {
    const length = run.toString(2).length;
    const step = 1n << shift;
    const parts = [...set.bigintIntervals()]
      .map(([low, high]) => [(low + step - 1n) / step, high / step] as [bigint, bigint])
      .map(([low, high]): [bigint, bigint] => [low, high > run ? run : high])
      .filter(([low, high]) => low <= high);
    const place = first + width - Number(shift) - length;
    return diagrams.inSet(place, IntervalSet.fromIntervals(length, parts));
  }
  if (set.size() > 4096n) throw new NotCompared('a range under a mask of scattered bits');
  const values = [...set.values()].map((value) => maskedValue(first, width, BigInt(value), mask, diagrams));
  return diagrams.firstOf(values);
}

function maskedValue(
  first: number,
  width: number,
  value: bigint,
  mask: bigint,
  diagrams: StagePackets['diagrams'],
): Diagram {
  if ((value & ~mask) !== 0n) return NOTHING;
  let diagram: Diagram = ALL;
  for (let bit = width - 1; bit >= 0; bit--) {
    const place = BigInt(width - 1 - bit);
    if (((mask >> place) & 1n) === 0n) continue;
    const isOne = ((value >> place) & 1n) === 1n;
    diagram = diagrams.choice(first + bit, isOne ? NOTHING : diagram, isOne ? diagram : NOTHING);
  }
  return diagram;
}

/** Some elements of a column as a set of numbers. */
function intervalsOf(column: Extract<Column, { kind: 'numbers' }>, indices: ElementGroup): IntervalSet {
  const stride = strideOf(column.width);
  const take = (words: Uint32Array): Uint32Array => {
    if (indices.length * stride === words.length) return words;
    const taken = new Uint32Array(indices.length * stride);
    indices.forEach((index, at) => taken.set(words.subarray(index * stride, (index + 1) * stride), at * stride));
    return taken;
  };
  const lows = take(column.lows);
  return IntervalSet.fromColumns(column.width, lows, column.highs === column.lows ? lows : take(column.highs));
}
