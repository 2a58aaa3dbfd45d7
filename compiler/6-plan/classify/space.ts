/** Rules of one family as what their atoms want along each axis, and what is left of them once axes are settled. */
import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, Family, ProgramRule } from '../../4-program/program.ts';
import type { NumberTest, View } from '../../model/condition.ts';
import { PROTOCOLS_WITH_PORTS, type AddressField } from '../../model/fields.ts';
import { weightOf } from '../../cost/cost.ts';
import type { Prices } from '../../cost/prices.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { SwitchField } from '../plan.ts';
import { axisOf, type Axis } from './axis.ts';
import { ruleOf, settledOf, type Item } from './item.ts';

export const AXES = ['source', 'destination', 'protocol', 'service', 'source port'] as const;
export type AxisName = (typeof AXES)[number];

/** The bit of an axis in sets of axes. */
export const BITS: { readonly [Name in AxisName]: number } = {
  source: 1,
  destination: 2,
  protocol: 4,
  service: 8,
  'source port': 16,
};

const PORT_BITS = 16;
/** The order in which planes test them, cheap ones first. */
const ASKED = ['protocol', 'source', 'destination', 'service', 'source port'] as const;

/** How much of an axis some of its segments are. */
function partOf({ starts, width }: Axis, span: Int32Array): number {
  let part = 0;
  for (let i = 0; i < span.length; i += 2) part += Number(starts[span[i + 1]!]!) - Number(starts[span[i]!]!);
  return part / 2 ** width;
}

export class Space {
  readonly rules: readonly ProgramRule[];
  readonly family: Family | undefined;
  readonly axes: { readonly [Name in AxisName]: Axis };
  /** Of each rule, what it asks for besides axes. */
  readonly offAxes: readonly (readonly Atom[])[];
  /** Of each rule, the axes that its atoms settle. */
  readonly #bits: readonly (readonly number[])[];
  /** Whether a profile says how many packets are for each rule. */
  readonly isProfiled: boolean;
  readonly #stripped = new Map<string, ProgramRule>();
  readonly #prices = new Map<number, number>();

  /** `rules` are of the family, or of none in particular. */
  constructor(rules: readonly ProgramRule[], family: Family | undefined) {
    this.rules = rules;
    this.family = family;
    this.isProfiled = rules.some(({ weight }) => weight !== undefined);
    this.offAxes = rules.map(({ atoms }) => atoms.filter((atom) => axisBit(atom) === 0));
    this.#bits = rules.map(({ atoms }) => atoms.map(axisBit));
    const services = rules.map(servicesOf);
    const protocols = rules.map((rule, index) => protocolsOf(rule, services[index]));
    this.axes = {
      source: axisOf(ADDRESS_FIELDS.source, 'from', family === 6 ? 128 : 32, addressesOf(rules, 'source')),
      destination: axisOf(ADDRESS_FIELDS.destination, 'to', family === 6 ? 128 : 32, addressesOf(rules, 'destination')),
      protocol: axisOf({ kind: 'number', field: 'protocol' }, 'protocol', 8, protocols),
      service: axisOf({ kind: 'number', field: 'service' }, 'service', 24, services, protocolEdges(protocols)),
      'source port': axisOf(
        { kind: 'number', field: 'source port' },
        'sport',
        PORT_BITS,
        rules.map((rule) => wanted(rule, 'source port')),
      ),
    };
  }

  /** How many of the rule's atoms are left. */
  atomsLeft(item: Item): number {
    const settled = settledOf(item);
    return this.#bits[ruleOf(item)]!.reduce((left, bit) => left + (bit === 0 || (bit & ~settled) !== 0 ? 1 : 0), 0);
  }

  /** How many packets are for the rule, in terms of the average rule. */
  weightOf(item: Item): number {
    return weightOf(this.rules[ruleOf(item)]!);
  }

  /** What it costs, on average, to ask what is left of the rule. */
  priceOf(item: Item, prices: Prices): number {
    let price = this.#prices.get(item);
    if (price === undefined) this.#prices.set(item, (price = this.#priceOf(item, prices)));
    return price;
  }

  /** A match is tested of the packets that the ones before let through; one of several intervals is a lookup. */
  #priceOf(item: Item, { rule: first, match, hash }: Prices): number {
    let price = first;
    let reached = 1;
    for (const name of ASKED) {
      const axis = this.axes[name];
      const span = axis.spans[ruleOf(item)];
      if ((settledOf(item) & BITS[name]) !== 0 || !span) continue;
      price += reached * (match + (span.length > 2 ? hash(1, 1) : 0));
      reached *= partOf(axis, span);
    }
    return price;
  }

  /** What is left of the rule, for packets of one protocol if it is known. */
  strip(item: Item, protocol: number | undefined): ProgramRule {
    const key = `${item} ${protocol ?? ''}`;
    let result = this.#stripped.get(key);
    if (!result) this.#stripped.set(key, (result = this.#strip(item, protocol)));
    return result;
  }

  #strip(item: Item, protocol: number | undefined): ProgramRule {
    const rule = this.rules[ruleOf(item)]!;
    const atoms = rule.atoms
      .filter((atom) => axisBit(atom) === 0 || (axisBit(atom) & ~settledOf(item)) !== 0)
      .map((atom) => (protocol === undefined ? atom : ofProtocol(atom, protocol)));
    return { ...rule, family: this.family, atoms };
  }
}

const ADDRESS_FIELDS: { readonly [Side in 'source' | 'destination']: SwitchField } = {
  source: { kind: 'address', field: 'source', view: 'real' },
  destination: { kind: 'address', field: 'destination', view: 'real' },
};

/** The axis that holds exactly if the atom does; 0: none. */
function axisBit(atom: Atom): number {
  const { test, negated } = atom;
  if (negated || !isSetTest(atom)) return 0;
  if (test.kind === 'address') return test.view === 'real' ? BITS[test.field] : 0;
  if (test.kind !== 'number' || !isReal(test.view)) return 0;
  const { field } = test;
  if (field === 'destination port') return BITS.service;
  return field === 'protocol' || field === 'service' || field === 'source port' ? BITS[field] : 0;
}

function isReal(view: View | undefined): boolean {
  return view === undefined || view === 'real';
}

/** What the rule's atom of this field wants. */
function wanted({ atoms }: ProgramRule, field: NumberTest['field'] | AddressField): IntervalSet | undefined {
  const atom = atoms.find((one) => axisBit(one) !== 0 && isSetTest(one) && one.test.field === field);
  return atom && isSetTest(atom) ? atom.test.in : undefined;
}

function addressesOf(rules: readonly ProgramRule[], side: 'source' | 'destination'): (IntervalSet | undefined)[] {
  return rules.map((rule) => wanted(rule, side));
}

/** The services that a rule's atoms of services, or of protocols and destination ports, leave. */
function servicesOf(rule: ProgramRule): IntervalSet | undefined {
  const services = wanted(rule, 'service');
  const ports = wanted(rule, 'destination port');
  if (!ports) return services;
  const protocols = protocolsOf(rule, services) ?? WITH_PORTS;
  const pairs = [...protocols.intersect(WITH_PORTS).values()].flatMap((protocol) => {
    const first = Number(protocol) << PORT_BITS;
    return Array.from(ports.numberIntervals(), ([low, high]) => [first + low, first + high] as const);
  });
  const both = IntervalSet.fromIntervals(8 + PORT_BITS, pairs);
  return services ? services.intersect(both) : both;
}

const WITH_PORTS = IntervalSet.fromIntervals(
  8,
  PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
);

/** The protocols that a rule's atoms leave; undefined: any. */
function protocolsOf(rule: ProgramRule, services: IntervalSet | undefined): IntervalSet | undefined {
  const sets = rule.atoms.flatMap(({ test, negated }) => {
    const protocol = negated || !('field' in test) ? undefined : PROTOCOL_OF.get(test.field);
    return protocol === undefined ? [] : [IntervalSet.of(8, protocol)];
  });
  const own = wanted(rule, 'protocol');
  if (own) sets.push(own);
  if (services) {
    const pairs = Array.from(
      services.numberIntervals(),
      ([low, high]) => [low >>> PORT_BITS, high >>> PORT_BITS] as const,
    );
    sets.push(IntervalSet.fromIntervals(8, pairs));
  }
  return sets.length === 0 ? undefined : sets.reduce((all, set) => all.intersect(set));
}

/** Fields that only packets of one protocol have. */
const PROTOCOL_OF: ReadonlyMap<unknown, number> = new Map([
  ['tcp flags', 6],
  ['icmp4', 1],
  ['icmp6', 58],
]);

/** Services of different protocols are in different segments. */
function protocolEdges(protocols: readonly (IntervalSet | undefined)[]): number[] {
  const edges = new Set<number>();
  for (const protocol of PROTOCOLS_WITH_PORTS) edges.add(protocol << PORT_BITS).add((protocol + 1) << PORT_BITS);
  for (const set of protocols) {
    for (const [low, high] of set?.numberIntervals() ?? []) edges.add(low << PORT_BITS).add((high + 1) << PORT_BITS);
  }
  return [...edges];
}

/** The atom of services cut to one protocol. */
function ofProtocol(atom: Atom, protocol: number): Atom {
  if (!isSetTest(atom) || atom.negated || atom.test.kind !== 'number' || atom.test.field !== 'service') return atom;
  const set = atom.test.in.intersect(IntervalSet.range(24, protocol << PORT_BITS, (protocol << PORT_BITS) | 0xffff));
  return set.equals(atom.test.in) ? atom : { negated: false, test: { ...atom.test, in: set } };
}
