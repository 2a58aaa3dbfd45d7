/** The map of conditions, each once however many rules have it, and the fields that they read; see conditions.h of the program. */
import { definitionOf, type FieldDefinition, type PacketField } from '../fields.ts';
import type { Condition } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

/** In the order of `enum condition_kind` of the program. */
export const KINDS: readonly Condition['kind'][] = [
  'masked',
  'same field',
  'payload',
  'sample',
  'limit',
  'memory',
  'remember',
  'forget',
];

/** `ABSENT` of the program. */
const ABSENT = 0xffffffff;
/** As `FOREVER` of the program. */
const FOREVER = 0n;

/** What `struct condition` holds: four numbers of 32 bits, and four of 64. */
interface Element {
  readonly kind: Condition['kind'];
  readonly negated: boolean;
  readonly numbers: readonly number[];
  readonly words: readonly bigint[];
}

const BYTES_OF_ELEMENT = 56;

/** A field as a condition reads it: of packets of one family, or of any. */
interface ReadField {
  readonly definition: FieldDefinition;
  readonly family: 4 | 6 | undefined;
}

export class ConditionMap {
  readonly #elements: Element[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fields: ReadField[] = [];
  readonly kinds: ReadonlySet<Condition['kind']>;

  constructor(conditions: readonly Condition[]) {
    this.kinds = new Set(conditions.map(({ kind }) => kind));
    for (const condition of conditions) this.numberOf(condition);
  }

  get count(): number {
    return this.#elements.length;
  }

  /** By number. */
  get fields(): readonly ReadField[] {
    return this.#fields;
  }

  /** Whether some condition reads the field. */
  reads(field: PacketField): boolean {
    return this.#fields.some(({ definition }) => definition.field === field);
  }

  numberOf(condition: Condition): number {
    const element = this.#elementOf(condition);
    const key = Object.values(element).join(' ');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.#elements.length));
      this.#elements.push(element);
    }
    return number;
  }

  /** `struct condition` for each. */
  bytes(): Uint8Array {
    const map = new MapBytes(this.#elements.length * BYTES_OF_ELEMENT);
    for (const { kind, negated, numbers, words } of this.#elements) {
      const [one = 0, two = 0, three = 0, four = 0] = numbers;
      map.u32([KINDS.indexOf(kind), Number(negated), one, two, three, four]);
      const [first = 0n, second = 0n, third = 0n, fourth = 0n] = words;
      map.u64([first, second, third, fourth]);
    }
    return map.bytes;
  }

  #elementOf(condition: Condition): Element {
    const { kind } = condition;
    switch (kind) {
      case 'sample':
        return { kind, negated: false, numbers: [condition.one, condition.of], words: [] };
      case 'same field': {
        const { left, right } = condition.test;
        const numbers = [this.#field(left as PacketField), this.#field(right as PacketField)];
        return { kind, negated: condition.negated, numbers, words: [] };
      }
      case 'payload': {
        const { field, value, mask } = condition.test;
        const bits = numberOf(mask);
        const words = [...halves(numberOf(value) & bits), ...halves(bits)];
        return { kind, negated: condition.negated, numbers: field.payload, words };
      }
      case 'limit': {
        const { buckets, over, holdsWhenFull, row = 0, pace } = condition;
        const words = [pace.period, pace.burst, pace.clock, BigInt(pace.perByte)];
        return { kind, negated: over, numbers: [...buckets, Number(holdsWhenFull), row], words };
      }
      case 'memory':
      case 'remember':
      case 'forget': {
        const { negated, tables, field, lasts = FOREVER } = condition;
        const numbers = [...tables.map((table) => table ?? ABSENT), Number(field === 'destination')];
        return { kind, negated, numbers, words: [lasts] };
      }
      case 'masked': {
        const { field, family, value, mask } = condition.test;
        const words = [...halves(value), ...halves(mask)];
        return { kind, negated: condition.negated, numbers: [this.#field(field, family)], words };
      }
    }
  }

  #field(field: PacketField, family?: 4 | 6): number {
    const known = this.#fields.findIndex((one) => one.definition.field === field && one.family === family);
    return known >= 0 ? known : this.#fields.push({ definition: definitionOf(field), family }) - 1;
  }
}

/** Bytes as a number, the first the most significant. */
function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** A number of 128 bits in two, the upper first. */
function halves(value: bigint): readonly [bigint, bigint] {
  return [value >> 64n, BigInt.asUintN(64, value)];
}
