/**
 * Lookups in large sets and tables, each as one named unknown: "the key is in set 3", "what the key finds in table 2". Sets that
 * are equal, whoever wrote them, have one name; so do tables. How sets lie to each other is told by `facts`; and since
 * that may leave something open, a difference counts only where a real packet meets it (`realPacket`).
 */
import { fewValues } from '../../net/few-values.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { ALL, type Assignment, type Diagram } from '../diagrams.ts';
import type { PacketTests } from '../packet-tests.ts';
import { canonicalKeys, permuted, rowOf, sameKeys, type KeyPart, type KeyRows } from './key-rows.ts';
import { joinedTables, tableOf, type KeyData, type KeyTable } from './key-tables.ts';
import type { KeyField, LookedKey, NamedTable } from './looked-keys.ts';
import { factsOf } from './lookup-facts.ts';
import { realPacketNear, valuesAt } from './real-packets.ts';
import { readBigint } from '../../net/words.ts';

/** Sets of more intervals than this are named, unless told otherwise; smaller ones are followed bit by bit. */
export const LARGE = 1024;
/** Narrower fields have no sets that are too large to be followed. */
const NAMED_WIDTH = 32;
/** Intervals of one field by which a row of several fields is known to be out of reach. */
const MOST_OUTLINED = 64;

/** What values of a table are, and how one reads. */
export interface ValueKind {
  readonly name: string;
  readonly text: (data: KeyData, row: number) => string;
}

/** The packets that find a row, and the text that stands for what is there. */
export interface Found {
  readonly where: Diagram;
  readonly text: string;
  /** Some rows stood behind others with the same key. */
  readonly repeats: boolean;
}

const [OPEN, CLOSE] = ['\u{e000}', '\u{e001}'];
const TOKENS = /\u{e000}(\d+)\u{e001}/gu;

export class Lookups {
  readonly large: number;
  readonly #tests: PacketTests;
  readonly #keys = new Map<string, LookedKey>();
  readonly #tables: NamedTable[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  /** Values that are numbers of texts. */
  readonly textValues: ValueKind = { name: 'text', text: ({ lows }, row) => this.#texts[lows[row]!]! };

  /** `large`: sets of more intervals are named. */
  constructor(tests: PacketTests, large: number) {
    this.#tests = tests;
    this.large = large;
  }

  /** The packets of the family, if any is named, whose field is in the set; `bits` follows a small set. */
  inSet(field: KeyField, set: IntervalSet, bits: () => Diagram): Diagram {
    if (field.width < NAMED_WIDTH) return bits();
    const key = this.#key([field]);
    if (set.intervalCount <= this.large) {
      key.small.add(set);
      return bits();
    }
    return this.#tests.diagrams.when(this.#has(field), this.#named(key, keysOfSet(set)));
  }

  /** The packets whose fields are together in one of the rows. Addresses stand before other fields. */
  inRows(fields: readonly KeyField[], rows: KeyRows): Diagram {
    const { diagrams } = this.#tests;
    if (fields.length === 1) {
      const { width, lows, highs } = rows.parts[0]!;
      const set = IntervalSet.fromColumns(width, lows, highs);
      return this.inSet(fields[0]!, set, () => this.#bits(fields[0]!, set));
    }
    const keys = canonicalKeys(rows);
    if (keys.count > this.large && fields.some(({ width }) => width >= NAMED_WIDTH)) {
      const named = this.#named(this.#key(fields), keys);
      // Each field by itself is in what the rows have there, and so are protocol and port together.
      return fields.reduce(
        (all, field, at) => diagrams.when(this.#hull(field, keys.parts[at]!), all),
        diagrams.when(this.#services(fields, keys), named),
      );
    }
    const each = Array.from({ length: keys.count }, (_, row) =>
      fields.reduce((all, field, at) => diagrams.when(this.#bits(field, intervalAt(keys.parts[at]!, row)), all), ALL),
    );
    return diagrams.firstOf(each);
  }

  /**
   * Which packets find what in a table: a text for all of them that stands for the value found, where the table is large, and
   * one for each value where it is small. `kind` tells values of different kinds apart. Undefined where a packet may find
   * several rows.
   */
  values(fields: readonly KeyField[], rows: KeyRows, data: KeyData, kind: ValueKind): readonly Found[] | undefined {
    const table = tableOf(rows, data);
    if (!table) return undefined;
    const repeats = table.keys.count < rows.count;
    if (table.keys.count > this.large) {
      return [{ where: this.inRows(fields, table.keys), text: this.#token(fields, table, kind), repeats }];
    }
    const byText = new Map<string, number[]>();
    for (let row = 0; row < table.keys.count; row++) {
      const text = kind.text(table.data, row);
      byText.set(text, [...(byText.get(text) ?? []), row]);
    }
    return [...byText].map(([text, own]) => ({
      where: this.inRows(fields, permuted(table.keys, Uint32Array.from(own))),
      text,
      repeats,
    }));
  }

  /** Numbers for texts, so that they can be values of a table. */
  numbered(texts: Iterable<string>): Uint32Array {
    return Uint32Array.from(texts, (text) => {
      let number = this.#numbers.get(text);
      if (number === undefined) this.#numbers.set(text, (number = this.#texts.push(text) - 1));
      return number;
    });
  }

  #token(fields: readonly KeyField[], table: KeyTable, kind: ValueKind): string {
    const key = this.#key(fields);
    const known = key.tables.get(kind.name) ?? [];
    key.tables.set(kind.name, known);
    for (const one of known) {
      const joined = joinedTables(one.table, table);
      if ('clash' in joined) {
        key.clashes.push(joined.clash);
        continue;
      }
      one.table = joined;
      return `${OPEN}${one.number}${CLOSE}`;
    }
    const made = { table, number: this.#tables.length, text: kind.text, fields };
    this.#tables.push(made);
    known.push(made);
    return `${OPEN}${made.number}${CLOSE}`;
  }

  /** What holds of every packet: which of the sets a key can be in together. */
  facts(): Diagram {
    const { diagrams } = this.#tests;
    return [...this.#keys.values()].reduce((all, key) => diagrams.when(factsOf(key, this.#tests), all), ALL);
  }

  /**
   * A packet that there can be, near the one that the diagrams name, for which `differ` holds; undefined: none was found. What
   * sets and tables say of it is what they really hold.
   */
  realPacket(packet: Assignment, differ: (packet: Assignment) => boolean): Assignment | undefined {
    const tables = this.#tables.map(({ table, fields }) => ({ fields, keys: table.keys }));
    return realPacketNear(packet, [...this.#keys.values()], tables, this.#tests.layout, differ);
  }

  /** Whether it takes a look into a set or a table that has a name to know what the diagram, or one of the texts, says. */
  areAsked(diagram: Diagram, texts: readonly string[]): boolean {
    const asked = this.#tests.diagrams.levelsOf(diagram);
    const named = [...this.#keys.values()].some(({ sets }) => sets.some(({ variable }) => asked.has(variable)));
    return named || texts.some((text) => text.includes(OPEN));
  }

  /** The text with the values that the packet's keys find. */
  resolved(text: string, packet: Assignment): string {
    return text.replaceAll(TOKENS, (_token, number: string) => {
      const { table, text: textOf, fields } = this.#tables[Number(number)]!;
      const row = rowOf(table.keys, valuesAt(fields, packet, this.#tests.layout));
      return row === undefined ? 'nothing' : textOf(table.data, row);
    });
  }

  #key(fields: readonly KeyField[]): LookedKey {
    const name = fields.map(({ field, family }) => `${field} ${family ?? ''}`).join(' . ');
    let key = this.#keys.get(name);
    if (!key) {
      key = { fields, sets: [], small: new Set(), tables: new Map(), clashes: [], regions: undefined };
      this.#keys.set(name, key);
    }
    return key;
  }

  #named({ fields, sets }: LookedKey, keys: KeyRows): Diagram {
    let known = sets.find((one) => sameKeys(one.keys, keys));
    if (!known) {
      const name = fields.map(({ field, family }) => `${field} ${family ?? ''}`).join(' . ');
      known = { keys, variable: this.#tests.freeLevels(`${name} in set ${sets.length}`, 1) };
      sets.push(known);
    }
    return this.#tests.diagrams.variable(known.variable);
  }

  /** The packets of the family that have the address at all. Of other fields, whoever asks makes sure. */
  #has({ field, family }: KeyField): Diagram {
    if (family === undefined) return ALL;
    const { diagrams, layout } = this.#tests;
    const { presence } = layout.placeOf(field);
    return diagrams.when(this.#tests.family(family), presence === undefined ? ALL : diagrams.variable(presence));
  }

  #hull(field: KeyField, { width, lows, highs }: KeyPart): Diagram {
    const set = IntervalSet.fromColumns(width, lows, highs);
    if (field.family !== undefined) return this.inSet(field, set, () => this.#bits(field, set));
    const last = set.intervalCount - 1;
    const isShort = set.intervalCount <= MOST_OUTLINED;
    return this.#bits(field, isShort ? set : IntervalSet.range(width, set.lowAt(0), set.highAt(last)));
  }

  /** The packets whose protocol and port stand together in some row, where these are few. */
  #services(fields: readonly KeyField[], { count, parts }: KeyRows): Diagram {
    const at = ['protocol', 'destination port/real'].map((name) => fields.findIndex(({ field }) => field === name));
    const [protocols, ports] = at.map((index) => parts[index]);
    if (!protocols || !ports || [protocols, ports].some(({ lows, highs }) => lows !== highs)) return ALL;
    const services = fewValues(24, count, MOST_OUTLINED, (row) => protocols.lows[row]! * 65_536 + ports.lows[row]!);
    return services ? this.#tests.numberIn('service', services) : ALL;
  }

  #bits(field: KeyField, set: IntervalSet): Diagram {
    const { diagrams, layout } = this.#tests;
    return diagrams.when(this.#has(field), diagrams.inSet(layout.placeOf(field.field).first, set));
  }
}

function keysOfSet({ width, stride, intervalCount, lows, highs }: IntervalSet): KeyRows {
  return { count: intervalCount, parts: [{ width, stride, lows, highs }] };
}

function intervalAt({ width, stride, lows, highs }: KeyPart, row: number): IntervalSet {
  const at = (words: Uint32Array) => words.subarray(row * stride, (row + 1) * stride);
  return IntervalSet.fromColumns(width, at(lows), at(highs));
}

/** An interval of data as text. */
function intervalText({ stride, lows, highs }: KeyData, row: number): string {
  return [lows, highs].map((words) => readBigint(words, row, stride)).join('-');
}

export const ADDRESS_VALUES: ValueKind = { name: 'address', text: intervalText };
export const PORT_VALUES: ValueKind = { name: 'port', text: intervalText };
export const MARK_VALUES: ValueKind = { name: 'mark', text: ({ lows }, row) => String(lows[row]) };
