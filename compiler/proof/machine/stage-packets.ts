/** The packets that a stage sees, as diagrams: their interfaces, what tracking knows of them, and which can be at all. */
import { isAtArrival, type Family, type StageId } from '../../4-program/program.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { Zone } from '../../model/policy.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { ALL, NOTHING, type Diagram, type Diagrams } from '../diagrams.ts';
import { INTERFACE_BITS, type FieldLayout, type FieldPlace, type LayoutField } from '../fields.ts';
import { numberMembers, PacketTests } from '../packet-tests.ts';
import { Lookups } from './lookups.ts';
import { NotCompared } from './not-compared.ts';

const [NEW, ESTABLISHED, RELATED] = [0, 1, 2];
const WHOLE = 0;
const LATER = 2;

/** Where a stage's rules are asked. */
export interface StagePoint {
  readonly stage: StageId;
  /** The packet is received, or sent by this host itself. */
  readonly sent: boolean;
  /** Families whose packets are tracked, and so put together, before they come here. */
  readonly tracked: readonly Family[];
}

export class StagePackets {
  readonly tests: PacketTests;
  readonly point: StagePoint;
  readonly lookups: Lookups;
  /** A number for each interface of a zone; 0 is one of none. */
  readonly #numbers = new Map<string, number>();
  readonly #zones: readonly Zone[];

  constructor(diagrams: Diagrams, layout: FieldLayout, zones: readonly Zone[], point: StagePoint, large: number) {
    this.tests = new PacketTests(diagrams, layout, numberMembers(zones));
    this.point = point;
    this.lookups = new Lookups(this.tests, large);
    this.#zones = zones;
    for (const name of zones.flatMap((zone) => namesOf(zone))) {
      if (!this.#numbers.has(name)) this.#numbers.set(name, this.#numbers.size + 1);
    }
  }

  get diagrams(): Diagrams {
    return this.tests.diagrams;
  }

  placeOf(field: LayoutField): FieldPlace {
    return this.tests.layout.placeOf(field);
  }

  /** Packets that came in, or go out, by one of these interfaces. */
  interfaces(field: 'in' | 'out', names: readonly string[]): Diagram {
    const numbers = names.filter((name) => name !== 'lo').map((name) => this.#numbers.get(name));
    if (numbers.includes(undefined)) throw new NotCompared('an interface that is in no zone');
    const plain = this.diagrams.inSet(
      this.placeOf(field).first,
      IntervalSet.fromIntervals(
        16,
        numbers.map((number) => [number!, number!]),
      ),
    );
    return names.includes('lo') ? this.diagrams.orElse(plain, this.loopback(field)) : plain;
  }

  /** Packets that came in, or go out, by an interface of one of these zones. */
  zoneIn(field: 'in' | 'out', zones: readonly Zone[]): Diagram {
    const bound = zones.map(({ name }) => this.#zones.find((zone) => zone.name === name)!);
    return this.interfaces(field, bound.flatMap(namesOf));
  }

  /** Packets that came in by an interface of any zone. */
  anyZone(field: 'in' | 'out'): Diagram {
    return this.zoneIn(field, this.#zones);
  }

  /** Packets that this host sends to itself. */
  toItself(): Diagram {
    return this.loopback('out');
  }

  /** The interfaces in the order of their numbers, from 1 on. */
  get interfaceNames(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  /** By zone, the numbers of its interfaces. */
  get zoneNumbers(): ReadonlyMap<string, IntervalSet> {
    const numbers = (zone: Zone) =>
      namesOf(zone).map((name) => [this.#numbers.get(name)!, this.#numbers.get(name)!] as const);
    return new Map(this.#zones.map((zone) => [zone.name, IntervalSet.fromIntervals(INTERFACE_BITS, numbers(zone))]));
  }

  /** The interface of this number; undefined for one of no zone. */
  nameOf(number: number): string | undefined {
    return [...this.#numbers].find(([, own]) => own === number)?.[0];
  }

  loopback(field: 'in' | 'out'): Diagram {
    return this.tests.free(`${field} by lo`);
  }

  /** Packets that belong to a flow. */
  ofFlow(): Diagram {
    return this.#numberIn('state', [NEW!, RELATED!]);
  }

  isState(state: number): Diagram {
    return this.#numberIn('state', [state, state]);
  }

  /** A packet of its flow was let through. */
  confirmed(): Diagram {
    return this.diagrams.variable(this.tests.freeLevels('flow confirmed', 1));
  }

  /** The packets that can come here at all, as far as that does not hang on what is in large sets. */
  possible(): Diagram {
    const { diagrams, tests, point } = this;
    const hasHeader = diagrams.not(this.#numberIn('fragment', [LATER, 3]));
    const protocols = (list: readonly number[]) =>
      diagrams.firstOf(list.map((protocol) => this.#numberIn('protocol', [protocol, protocol])));
    const ofFamily = (family: Family, protocol: number) => diagrams.when(tests.family(family), protocols([protocol]));
    const presences: [Diagram, Diagram][] = [
      [tests.present('source port'), protocols(PROTOCOLS_WITH_PORTS)],
      [tests.present('tcp flags'), protocols([6])],
      [tests.present('icmp4'), ofFamily(4, 1)],
      [tests.present('icmp6'), ofFamily(6, 58)],
    ];
    const conditions = presences.map(([present, kind]) => this.#same(present, diagrams.when(hasHeader, kind)));
    conditions.push(
      diagrams.not(this.#numberIn('fragment', [3, 3])),
      this.#implies(tests.family(4), this.#numberIn('length', [20, 0xffff])),
      this.#implies(tests.family(6), this.#numberIn('length', [40, 0xffff + 40])),
      this.#numberIn('state', [0, 4]),
      this.#implies(this.isState(ESTABLISHED!), this.confirmed()),
      this.#implies(this.confirmed(), this.ofFlow()),
      diagrams.inSet(tests.freeLevels('weekday', 8), IntervalSet.range(8, 0, 6)),
      diagrams.inSet(tests.freeLevels('time of day', 32), IntervalSet.range(32, 0, 86_399)),
      this.#same(
        diagrams.when(tests.present('source', 'original'), tests.present('destination', 'original')),
        this.ofFlow(),
      ),
      ...(['in', 'out'] as const).map((field) =>
        this.#implies(this.loopback(field), diagrams.inSet(this.placeOf(field).first, IntervalSet.of(16, 0))),
      ),
    );
    if (point.sent) {
      conditions.push(
        diagrams.inSet(this.placeOf('in').first, IntervalSet.of(16, 0)),
        diagrams.not(this.loopback('in')),
        // What a host sends is cut into fragments behind all rules.
        this.#numberIn('fragment', [WHOLE, WHOLE]),
      );
    }
    // The kernel's ingress hook of family inet drops IPv6 that leads to no protocol, whatever rules say.
    if (isAtArrival(point.stage)) conditions.push(tests.present('protocol'));
    for (const family of point.tracked) {
      conditions.push(this.#implies(tests.family(family), this.#numberIn('fragment', [WHOLE, WHOLE])));
    }
    return conditions.reduce((all, one) => diagrams.when(one, all), ALL);
  }

  #numberIn(field: 'state' | 'fragment' | 'protocol' | 'length', [low, high]: readonly [number, number]): Diagram {
    const { first, width } = this.placeOf(field);
    return this.diagrams.inSet(first, IntervalSet.range(width, low, high));
  }

  #implies(one: Diagram, other: Diagram): Diagram {
    return this.diagrams.orElse(this.diagrams.not(one), other);
  }

  #same(one: Diagram, other: Diagram): Diagram {
    return this.diagrams.ifThenElse(one, other, other === NOTHING ? ALL : this.diagrams.not(other));
  }
}

/** The interfaces of a zone by the names that the kernel has for them. */
function namesOf({ members }: Zone): string[] {
  return members.flatMap((member) => {
    const { interface: name, vlans } = member;
    if (name === undefined) return [];
    return vlans === undefined ? [name] : [...vlans.values()].map((vlan) => `${name}.${vlan}`);
  });
}
