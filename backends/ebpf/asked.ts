/** Conditions that are asked one by one, each once however many rules have it, and the fields that they read. */
import { definitionOf, type FieldDefinition, type PacketField } from './fields.ts';
import { Columns } from './layout.ts';
import type { Condition, ListedRule } from './tree.ts';

/** In the order of `enum condition_kind` of the program. */
const KINDS: readonly Condition['kind'][] = ['masked', 'same field', 'payload', 'sample', 'limit'];

/** Numbers in `struct condition`. */
interface Record {
  readonly kind: number;
  readonly negated: boolean;
  readonly left: number;
  readonly right: number;
  readonly value: bigint;
  readonly mask: bigint;
}

/** A field as a condition reads it: of packets of one family, or of any. */
interface AskedField {
  readonly definition: FieldDefinition;
  readonly family: 4 | 6 | undefined;
}

export class AskedConditions {
  readonly #records: Record[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fields: AskedField[] = [];
  readonly kinds: ReadonlySet<Condition['kind']>;

  constructor(rules: readonly ListedRule[]) {
    const conditions = rules.flatMap((rule) => rule.conditions);
    this.kinds = new Set(conditions.map(({ kind }) => kind));
    for (const condition of conditions) this.numberOf(condition);
  }

  get count(): number {
    return this.#records.length;
  }

  /** What the program's text says of the fields that conditions read. */
  get fields(): readonly object[] {
    return this.#fields.map(({ definition, family }, number) => ({
      number,
      family,
      name: definition.name,
      meaning: family === undefined ? definition.meaning : `${definition.meaning} of IPv${family}`,
      isAddress: definition.search.kind === 'address',
      isWide: definition.field === 'source mac',
    }));
  }

  /** Whether some condition reads the field. */
  reads(field: PacketField): boolean {
    return this.#fields.some(({ definition }) => definition.field === field);
  }

  numberOf(condition: Condition): number {
    const record = this.#recordOf(condition);
    const key = Object.values(record).join(' ');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.#records.length));
      this.#records.push(record);
    }
    return number;
  }

  /** `struct condition` for each. */
  bytes(): Uint8Array {
    const columns = new Columns(this.#records.length * 48);
    for (const { kind, negated, left, right, value, mask } of this.#records) {
      columns.u32([kind, Number(negated), left, right]);
      columns.u64([value, mask].flatMap((number) => [number >> 64n, number & 0xffffffff_ffffffffn]));
    }
    return columns.bytes;
  }

  #recordOf(condition: Condition): Record {
    const kind = KINDS.indexOf(condition.kind);
    switch (condition.kind) {
      case 'sample': {
        const { one, of } = condition;
        return { kind, negated: false, left: one, right: of, value: 0n, mask: 0n };
      }
      case 'same field': {
        const { left, right } = condition.test;
        const [one, other] = [this.#field(left as PacketField), this.#field(right as PacketField)];
        return { kind, negated: condition.negated, left: one, right: other, value: 0n, mask: 0n };
      }
      case 'payload': {
        const [first, last] = condition.test.field.payload;
        const { value, mask } = condition.test;
        const bits = numberOf(mask);
        return {
          kind,
          negated: condition.negated,
          left: first,
          right: last,
          value: numberOf(value) & bits,
          mask: bits,
        };
      }
      case 'limit': {
        const { limiter, over, holdsWhenFull, row, pace } = condition;
        const flags = Number(over) + 2 * Number(holdsWhenFull);
        // A row's number stands above the flags.
        const right = (row ?? 0) * 4 + flags;
        const { period, burst, clock, perByte } = pace;
        const [value, mask] = [(period << 64n) | burst, (clock << 64n) | BigInt(perByte)];
        return { kind, negated: false, left: limiter, right, value, mask };
      }
      case 'masked': {
        const { field, family, value, mask } = condition.test;
        return { kind, negated: condition.negated, left: this.#field(field, family), right: 0, value, mask };
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
