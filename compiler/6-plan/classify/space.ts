/** Rules of one family as what their atoms want along each axis, and what is left of them once axes are settled. */
import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, Family, ProgramRule } from '../../4-program/program.ts';
import type { View } from '../../model/condition.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { Prices } from '../../cost/prices.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { SwitchField } from '../plan.ts';
import { axisOf, type Axis } from './axis.ts';

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
/** More than all bits of axes together. */
const ALL_AXES = 32;
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
  readonly #stripped = new Map<string, ProgramRule>();
  readonly #prices = new Map<number, number>();

  /** `rules` are of the family, or of none in particular. */
  constructor(rules: readonly ProgramRule[], family: Family | undefined) {
    this.rules = rules;
    this.family = family;
    const services = rules.map((rule) => wanted(rule, 'service'));
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

  tests(rule: number, axis: AxisName): boolean {
    return this.axes[axis].spans[rule] !== undefined;
  }

  /** How many of the rule's atoms are left when the axes in `settled` (bits) hold. */
  atomsLeft(rule: number, settled: number): number {
    return this.rules[rule]!.atoms.filter((atom) => (axisBit(atom) & ~settled) !== 0 || axisBit(atom) === 0).length;
  }

  /** What it costs, on average, to ask the rule where the axes in `settled` hold. */
  priceOf(rule: number, settled: number, prices: Prices): number {
    const key = rule * ALL_AXES + settled;
    let price = this.#prices.get(key);
    if (price === undefined) this.#prices.set(key, (price = this.#priceOf(rule, settled, prices)));
    return price;
  }

  /** A match is tested of the packets that the ones before let through; one of several intervals is a lookup. */
  #priceOf(rule: number, settled: number, { rule: first, match, hash }: Prices): number {
    let price = first;
    let reached = 1;
    for (const name of ASKED) {
      const axis = this.axes[name];
      const span = axis.spans[rule];
      if ((settled & BITS[name]) !== 0 || !span) continue;
      price += reached * (match + (span.length > 2 ? hash(1) : 0));
      reached *= partOf(axis, span);
    }
    return price;
  }

  /** The rule where the axes in `settled` hold, for packets of one protocol if it is known. */
  strip(rule: number, settled: number, protocol: number | undefined): ProgramRule {
    const key = `${rule} ${settled} ${protocol ?? ''}`;
    let result = this.#stripped.get(key);
    if (!result) this.#stripped.set(key, (result = this.#strip(rule, settled, protocol)));
    return result;
  }

  #strip(number: number, settled: number, protocol: number | undefined): ProgramRule {
    const rule = this.rules[number]!;
    const atoms = rule.atoms
      .filter((atom) => axisBit(atom) === 0 || (axisBit(atom) & ~settled) !== 0)
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
  return field === 'protocol' || field === 'service' || field === 'source port' ? BITS[field] : 0;
}

function isReal(view: View | undefined): boolean {
  return view === undefined || view === 'real';
}

/** What the rule's atom of this axis wants. */
function wanted(rule: ProgramRule, axis: AxisName): IntervalSet | undefined {
  const atom = rule.atoms.find((one) => axisBit(one) === BITS[axis]);
  return atom && isSetTest(atom) ? atom.test.in : undefined;
}

function addressesOf(rules: readonly ProgramRule[], side: 'source' | 'destination'): (IntervalSet | undefined)[] {
  return rules.map((rule) => wanted(rule, side));
}

/** The protocols that an atom of protocols or services leaves. */
function protocolsOf(rule: ProgramRule, services: IntervalSet | undefined): IntervalSet | undefined {
  const own = wanted(rule, 'protocol');
  if (!services) return own;
  const pairs = Array.from(
    services.numberIntervals(),
    ([low, high]) => [low >>> PORT_BITS, high >>> PORT_BITS] as const,
  );
  const ofServices = IntervalSet.fromIntervals(8, pairs);
  return own ? own.intersect(ofServices) : ofServices;
}

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
  if (axisBit(atom) !== BITS.service || !isSetTest(atom) || atom.test.kind !== 'number') return atom;
  const set = atom.test.in.intersect(IntervalSet.range(24, protocol << PORT_BITS, (protocol << PORT_BITS) | 0xffff));
  return set.equals(atom.test.in) ? atom : { negated: false, test: { ...atom.test, in: set } };
}
