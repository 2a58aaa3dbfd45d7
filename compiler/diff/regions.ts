/** Differences as regions: disjoint, in fields of packets, and no two of them can be joined. */
import { IntervalSet } from '../net/interval-set.ts';
import type { Diagrams } from '../proof/diagrams.ts';
import type { LayoutField } from '../proof/fields.ts';
import { ANY, SetStore } from './set-store.ts';
import { Boxes, irreducible, type Box } from './boxes.ts';
import { fieldOf, FoundKeys, type Finding } from './found-keys.ts';
import type { FoundKey } from '../proof/rows.ts';
import { NotComparable } from './not-comparable.ts';
import { withBothFamilies } from './both-families.ts';
import {
  addressPart,
  areTracked,
  beginFlows,
  haveWholeHeaders,
  IMPLIED,
  joinServices,
  narrowed,
  presenceName,
  withinUniverse,
  withoutWire,
  type Own,
  type Values,
} from './region-values.ts';
import {
  bitsKey,
  inOrder,
  isAddress,
  universeOf,
  widthOf,
  type Family,
  type OwnedSection,
  type SectionOf,
} from './space.ts';

/** Packets of one family: what their fields, rows and answers are. What is not named may be anything. */
export interface Part {
  readonly family: Family;
  readonly sets: ReadonlyMap<string, IntervalSet>;
  /** Keys of several fields that find a row, or find none. */
  readonly rows: ReadonlyMap<string, Finding>;
}

/** Packets that one thing becomes of in one policy, and another one in the other. */
export interface Region {
  readonly kind: number;
  /** Numbers of changes, all of this kind. */
  readonly changes: readonly number[];
  /** One or both families, which are alike in everything but addresses. */
  readonly parts: readonly Part[];
}

/** What turns boxes of variables into regions. */
export interface RegionSource {
  readonly diagrams: Diagrams;
  readonly sections: readonly OwnedSection[];
  readonly keys: ReadonlyMap<string, FoundKey>;
  /** How many interfaces have a number. */
  readonly interfaces: number;
  /** Packets are whole, as a connection table has them: those of TCP have ports. */
  readonly areWhole: boolean;
  /** Rules about packets of no known flow are about TCP that begins one. */
  readonly areBeginnings: boolean;
  /** Packets of any protocol may be in no connection table; otherwise only some of ICMPv6 are. */
  readonly exemptsFlows: boolean;
  /** Rules see what is on the wire, and nothing else: those are the addresses of a packet here. */
  readonly seesWire: boolean;
  /** What makes changes alike. */
  readonly kindOf: (change: number) => number;
}

export class Regions {
  readonly #source: RegionSource;
  readonly #sets = new SetStore();
  readonly #found = new FoundKeys();

  constructor(source: RegionSource) {
    this.#source = source;
  }

  /** The packets for which the diagram has a value. Throws `NotComparable`. */
  of(where: number): readonly Region[] {
    const { diagrams, sections, kindOf } = this.#source;
    const boxes = new Boxes(diagrams, sections, this.#sets, kindOf).of(where);
    return withBothFamilies(([4, 6] as const).flatMap((family) => this.#ofFamily(boxes, family)));
  }

  #ofFamily(boxes: readonly Box[], family: Family): readonly Region[] {
    const made = boxes.flatMap((box) => this.#valuesOf(box, family).map((values) => ({ box, values })));
    const dimensions = inOrder([...new Set(made.flatMap(({ values }) => [...values.keys()]))]);
    const places = dimensions.map((_, at) => at);
    const own = made.map(({ box, values }): Box => ({
      ...box,
      sets: dimensions.map((key) => {
        const set = values.get(key);
        return set ? this.#sets.numberOf(set) : ANY;
      }),
    }));
    return irreducible(own, places, this.#sets).map((box) => ({
      kind: box.kind,
      changes: box.values,
      parts: [this.#partOf(box, dimensions, family)],
    }));
  }

  /** The box's values for packets of the family: none, where there are no such packets. */
  #valuesOf(box: Box, family: Family): readonly Values[] {
    const { sections } = this.#source;
    const values: Values = new Map();
    for (const [at, { of }] of sections.entries()) {
      if (box.sets[at] === ANY) continue;
      const set = this.#sets.of(box.sets[at]!);
      if (of.kind === 'family') {
        if (!set.contains(family === 6 ? 1 : 0)) return [];
      } else if (of.kind === 'presence') {
        if (!this.#isPresencePossible(set)) return [];
        if (!this.#source.areWhole || !IMPLIED.has(of.field)) values.set(`has ${presenceName(of.field)}`, set);
      } else {
        const own = this.#ofSection(of, set, family);
        if (own === 'none') return [];
        if (own !== 'any') values.set(own.key, own.set);
      }
    }
    if (!haveWholeHeaders(values)) return [];
    if (this.#source.areBeginnings && !beginFlows(values)) return [];
    if (!this.#source.exemptsFlows && !areTracked(values, family)) return [];
    return this.#withRows(values, family);
  }

  #isPresencePossible(set: IntervalSet): boolean {
    return !this.#source.areWhole || set.contains(1);
  }

  #ofSection(of: Extract<SectionOf, { readonly kind: 'field' | 'free' }>, set: IntervalSet, family: Family): Own {
    if (of.kind === 'free') {
      if (of.text.includes('"row":"')) throw new NotComparable('a test of a row that no key finds');
      const found = this.#source.keys.get(of.text);
      const numbers = found ? IntervalSet.range(set.width, 0, found.classes.count) : undefined;
      return withinUniverse(of.text, set, numbers);
    }
    const { field, from } = of;
    if (isAddress(field) && !field.includes('port')) return addressPart(field, from, set, family);
    if (from > 0 || set.width < widthOf(field, family)) return { key: bitsKey(field, from), set };
    return withinUniverse(field, set, universeOf(field, family, this.#source.interfaces));
  }

  /** Rows that one field finds are values of that field; of several fields too, where they are few, or else stay. */
  #withRows(values: Values, family: Family): readonly Values[] {
    let all: readonly Values[] = [values];
    for (const [text, found] of this.#source.keys) {
      const numbers = values.get(text);
      if (numbers) all = all.flatMap((one) => this.#withFound(one, text, { found, numbers }, family));
    }
    for (const one of all) joinServices(one);
    return all;
  }

  #withFound(values: Values, text: string, finding: Finding, family: Family): readonly Values[] {
    const without: Values = new Map(values);
    without.delete(text);
    const set = this.#found.valuesFor(finding, family);
    if (set) {
      const field = fieldOf(finding.found.key[0]!);
      return narrowed(without, new Map([[field, set]]));
    }
    const meeting = this.#found.meeting(finding, family, (field) => values.get(field));
    switch (meeting) {
      case 'all':
        return [without];
      case 'some':
        return [values];
      case 'none':
        return [];
      default:
        return meeting.flatMap((box) => narrowed(without, box));
    }
  }

  #partOf(box: Box, dimensions: readonly string[], family: Family): Part {
    const sets = new Map<string, IntervalSet>();
    const rows = new Map<string, Finding>();
    for (const [at, key] of dimensions.entries()) {
      if (box.sets[at] === ANY) continue;
      const set = this.#sets.of(box.sets[at]!);
      const found = this.#source.keys.get(key);
      if (found) rows.set(key, { found, numbers: set });
      else sets.set(this.#source.seesWire ? withoutWire(key) : key, this.#possible(key, set, family));
    }
    return { family, sets, rows };
  }

  #possible(key: string, set: IntervalSet, family: Family): IntervalSet {
    const universe = universeOf(key as LayoutField, family, this.#source.interfaces);
    return universe ? set.intersect(universe) : set;
  }
}
