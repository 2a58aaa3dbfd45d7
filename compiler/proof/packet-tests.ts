/**
 * Tests of a packet as diagrams: sets of packets over the variables of `fields.ts`. A test of a field that a packet lacks is
 * false, so `diagrams.not` of one holds for every packet without the field, too.
 */
import type { View } from '../model/condition.ts';
import { EXTENSION_HEADERS, PROTOCOLS_WITH_PORTS, type AddressField, type NumberField } from '../model/fields.ts';
import type { Zone } from '../model/policy.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Family } from '../4-program/program.ts';
import { ALL, NOTHING, type Assignment, type Diagram, type Diagrams } from './diagrams.ts';
import { FAMILY_LEVEL, INTERFACE_BITS, type DiagramField, type FieldLayout } from './fields.ts';
import { FreeVariables } from './free-variables.ts';

/** A field as a policy names it. */
type PolicyField = NumberField | AddressField;

/** Only packets of these have a field. */
interface Owner {
  readonly protocols: IntervalSet;
  readonly family?: Family;
}

const WITH_PORTS: Owner = {
  protocols: IntervalSet.fromIntervals(
    8,
    PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
  ),
};

const OWNERS: ReadonlyMap<DiagramField, Owner> = new Map([
  ['tcp flags', { protocols: IntervalSet.of(8, 6) }],
  ['icmp4', { protocols: IntervalSet.of(8, 1), family: 4 }],
  ['icmp6', { protocols: IntervalSet.of(8, 58), family: 6 }],
]);

/** A later fragment of IPv6 that has no protocol for one of these has the header itself in the variables of the protocol. */
const EXTENSIONS = IntervalSet.fromIntervals(
  8,
  EXTENSION_HEADERS.map((header) => [header, header] as const),
);
const LATER_FRAGMENT = IntervalSet.of(2, 2);

/** By zone, the numbers of its interfaces; 0 is an interface of none. */
export type ZoneNumbers = ReadonlyMap<string, IntervalSet>;

/** Each member of a zone has a number of its own. */
export function numberMembers(zones: readonly Zone[]): ZoneNumbers {
  const numbers = new Map<string, IntervalSet>();
  let next = 1;
  for (const { name, members } of zones) {
    const count = members.length;
    const none = IntervalSet.empty(INTERFACE_BITS);
    numbers.set(name, count === 0 ? none : IntervalSet.range(INTERFACE_BITS, next, next + count - 1));
    next += count;
  }
  return numbers;
}

export class PacketTests {
  readonly diagrams: Diagrams;
  readonly layout: FieldLayout;
  readonly variables: FreeVariables;
  readonly #zones: ZoneNumbers;
  readonly #sets = new WeakMap<IntervalSet, Map<string, Diagram>>();

  /** `variables`: those of other tests, so that the same question has the same answer there. */
  constructor(diagrams: Diagrams, layout: FieldLayout, zones: ZoneNumbers, variables?: FreeVariables) {
    this.diagrams = diagrams;
    this.layout = layout;
    this.variables = variables ?? new FreeVariables(layout.firstFree);
    this.#zones = zones;
  }

  family(family: Family): Diagram {
    const isSix = this.diagrams.variable(FAMILY_LEVEL);
    return family === 6 ? isSix : this.diagrams.not(isSix);
  }

  /** The packets that have the field at all. */
  present(field: PolicyField, view: View = 'real'): Diagram {
    if (field === 'family') return ALL;
    return this.#presence(fieldOf(field === 'service' ? 'destination port' : field, view));
  }

  /** The packets that have the number field, with a value in the set (of the field's width). */
  numberIn(field: NumberField, set: IntervalSet, view: View = 'real'): Diagram {
    if (field === 'family') return this.#families(set);
    return this.#cached(set, `${field}/${view}`, () =>
      field === 'service' ? this.#serviceIn(set, view) : this.#present(fieldOf(field, view), set),
    );
  }

  /** The packets of the family whose address, as the view shows it, is in the set (of 32 or 128 bits). */
  addressIn(field: AddressField, family: Family, set: IntervalSet, view: View): Diagram {
    const inSet = this.#cached(set, `${field}/${view}`, () => this.#present(fieldOf(field, view), set));
    return this.diagrams.when(this.family(family), inSet);
  }

  /** The packets of the family whose address equals `value` where the bits of `mask` are 1. */
  addressMasked(field: AddressField, family: Family, value: bigint, mask: bigint, view: View): Diagram {
    const place = this.layout.placeOf(fieldOf(field, view));
    const masked = this.#masked(place.first, family === 4 ? 32 : 128, value, mask);
    return this.diagrams.when(this.family(family), this.diagrams.when(this.present(field, view), masked));
  }

  /** The packets that have the field, with `field & mask == value`. */
  numberMasked(field: Exclude<NumberField, 'family' | 'service'>, value: number, mask: number): Diagram {
    const { first, width } = this.layout.placeOf(fieldOf(field, 'real'));
    const unsigned = [value, mask].map((number) => BigInt(number >>> 0));
    return this.diagrams.when(this.present(field), this.#masked(first, width, unsigned[0]!, unsigned[1]!));
  }

  /** The packets that came in (go out) by an interface of one of the zones. */
  zoneIn(field: 'in' | 'out', zones: readonly string[]): Diagram {
    const members = IntervalSet.unionOf(
      INTERFACE_BITS,
      zones.map((name) => this.#zones.get(name)!),
    );
    return this.diagrams.inSet(this.layout.placeOf(field).first, members);
  }

  /** An answer that no field gives: the same for equal texts, independent of all else. */
  free(text: string): Diagram {
    return this.diagrams.variable(this.freeLevels(text, 1));
  }

  /** The same for something that is asked again and again, each time under another text. */
  asked(text: string): Diagram {
    return this.diagrams.variable(this.variables.last(text).first);
  }

  /** The answers that no field gives and that are yes for a packet. */
  freeAt(packet: Assignment): string[] {
    return this.variables.all.flatMap(({ text, first }) => (packet.has(first) ? [text] : []));
  }

  /** The first of `count` variables for something that no field gives. */
  freeLevels(text: string, count: number): number {
    return this.variables.of(text, count).first;
  }

  #families(set: IntervalSet): Diagram {
    const { diagrams } = this;
    const half = (family: Family) => (set.contains(family) ? this.family(family) : NOTHING);
    return diagrams.orElse(half(4), half(6));
  }

  #present(field: DiagramField, set: IntervalSet): Diagram {
    if (field === 'protocol' && !set.intersects(EXTENSIONS)) {
      return this.diagrams.inSet(this.layout.placeOf(field).first, set);
    }
    return this.diagrams.when(this.#presence(field), this.diagrams.inSet(this.layout.placeOf(field).first, set));
  }

  /**
   * The packets that have a field of the layout: of these protocols, and not cut off before it. Without the protocol here,
   * rules for TCP and rules for UDP would multiply in packets that there cannot be.
   */
  #presence(field: DiagramField): Diagram {
    const { diagrams } = this;
    if (field === 'protocol') return diagrams.not(this.#withoutProtocol());
    const { presence } = this.layout.placeOf(field);
    if (presence === undefined) return ALL;
    const owner = field.includes(' port/') ? WITH_PORTS : OWNERS.get(field);
    const there = diagrams.variable(presence);
    if (!owner) return there;
    const { first } = this.layout.placeOf('protocol');
    const ofFamily = owner.family === undefined ? ALL : this.family(owner.family);
    return diagrams.when(ofFamily, diagrams.when(diagrams.inSet(first, owner.protocols), there));
  }

  #withoutProtocol(): Diagram {
    const { diagrams } = this;
    const inSet = (field: DiagramField, set: IntervalSet) => diagrams.inSet(this.layout.placeOf(field).first, set);
    const isLater = diagrams.when(this.family(6), inSet('fragment', LATER_FRAGMENT));
    return diagrams.when(isLater, inSet('protocol', EXTENSIONS));
  }

  /** Ports by protocol, then both: the two fields need not stand side by side. */
  #serviceIn(set: IntervalSet, view: View): Diagram {
    const whole: [number, number][] = [];
    const parts = new Map<number, [number, number][]>();
    for (const [low, high] of set.numberIntervals()) {
      const [first, last] = [low >>> 16, high >>> 16];
      for (let protocol = first; protocol <= last; protocol++) {
        const from = protocol === first ? low & 0xffff : 0;
        const to = protocol === last ? high & 0xffff : 0xffff;
        if (from === 0 && to === 0xffff) whole.push([protocol, protocol]);
        else parts.set(protocol, [...(parts.get(protocol) ?? []), [from, to]]);
      }
    }
    const { diagrams } = this;
    const of = (protocols: IntervalSet, ports: IntervalSet) =>
      diagrams.when(this.#present('protocol', protocols), this.#present(fieldOf('destination port', view), ports));
    const pieces = [...parts].map(([protocol, ports]) =>
      of(IntervalSet.of(8, protocol), IntervalSet.fromIntervals(16, ports)),
    );
    return diagrams.firstOf([of(IntervalSet.fromIntervals(8, whole), IntervalSet.full(16)), ...pieces]);
  }

  #masked(first: number, width: number, value: bigint, mask: bigint): Diagram {
    let diagram = ALL;
    if ((value & ~mask) !== 0n || value >> BigInt(width) !== 0n) return NOTHING;
    for (let bit = width - 1; bit >= 0; bit--) {
      const place = BigInt(width - 1 - bit);
      if (((mask >> place) & 1n) === 0n) continue;
      const isOne = ((value >> place) & 1n) === 1n;
      diagram = this.diagrams.choice(first + bit, isOne ? NOTHING : diagram, isOne ? diagram : NOTHING);
    }
    return diagram;
  }

  #cached(set: IntervalSet, field: string, make: () => Diagram): Diagram {
    let byField = this.#sets.get(set);
    if (!byField) this.#sets.set(set, (byField = new Map()));
    let diagram = byField.get(field);
    if (diagram === undefined) byField.set(field, (diagram = make()));
    return diagram;
  }
}

/** The diagram's own field for a policy's. */
function fieldOf(field: Exclude<PolicyField, 'family' | 'service'>, view: View): DiagramField {
  switch (field) {
    case 'source':
    case 'destination':
    case 'source port':
    case 'destination port':
      return `${field}/${view}`;
    default:
      return field;
  }
}
