/** Entries as products along the axes of packets, made when they are asked for. */
import type { Atom, Family, Stage } from '../../4-program/program.ts';
import {
  axisOf,
  axisTest,
  CARRIERS,
  domainOf,
  EXTENSION_TRANSPORTS,
  TRANSPORT,
  type AxisTest,
  type ZoneNumbers,
} from '../../6-plan/regions/axes.ts';
import { possibleTransports, type Region } from '../../6-plan/regions/region.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { registersReadBy, writtenBy } from '../../proof/registers.ts';
import { boundRuleOf } from './bound-atoms.ts';
import type { Entries } from './entries.ts';

export interface EntryRegion {
  /** All packets that may meet the entry are in here. */
  readonly region: Region;
  /** … and all that are in here do. */
  readonly isExact: boolean;
  /** What keeps it from being exact has an answer of its own, that no field settles: some packets in here do, and any may. */
  readonly isFree: boolean;
}

/** How a stateful filter's rules for flows see a packet: 0 new, 3 invalid, 4 untracked. */
const STATES = { drop: [0, 4], pass: [0, 3, 4] } as const;

export class EntryRegions {
  readonly #entries: Entries;
  readonly #zones: ZoneNumbers;
  readonly #written: ReadonlySet<string>;
  /** What holds of every packet that comes to the rules: those for each packet, and the others. */
  readonly #bounds: { readonly eachPacket: readonly Atom[]; readonly others: readonly Atom[] };
  readonly #tests = { 4: new Map<string, AxisTest | undefined>(), 6: new Map<string, AxisTest | undefined>() };
  /** By entry; null: it has no packets of the family. */
  readonly #known: Readonly<Record<Family, (EntryRegion | null | undefined)[]>>;

  constructor(entries: Entries, zones: ReadonlyMap<string, number>) {
    this.#entries = entries;
    this.#known = { 4: Array.from({ length: entries.count }), 6: Array.from({ length: entries.count }) };
    this.#zones = new Map(zones);
    const { stage } = entries;
    this.#written = writtenBy([...stage.implied, ...stage.items]);
    this.#bounds = { eachPacket: zoneBounds(stage), others: [...zoneBounds(stage), ...stateBounds(stage)] };
  }

  /** What a packet of the family needs to come to the entry's part of the stage, and to meet it. */
  atomsOf(entry: number): { readonly atoms: readonly Atom[]; readonly isWhole: boolean } {
    const { rule, atoms, isWhole } = boundRuleOf(this.#entries, entry);
    const isAllSteady = atoms.every((atom) => this.isSteady(atom));
    const steady = isAllSteady ? atoms : atoms.filter((atom) => this.isSteady(atom));
    const bounds = rule.eachPacket ? this.#bounds.eachPacket : this.#bounds.others;
    return { atoms: bounds.length === 0 ? steady : [...bounds, ...steady], isWhole: isWhole && isAllSteady };
  }

  /** Whether no rule of the stage writes what the atom reads, and no answer of it is another each time. */
  isSteady({ test }: Atom): boolean {
    return test.kind !== 'opaque' && !registersReadBy(test).some((name) => this.#written.has(name));
  }

  /** The entry's packets of a family; undefined where it has none. */
  of(entry: number, family: Family): EntryRegion | undefined {
    const known = this.#known[family];
    let region = known[entry];
    if (region === undefined) known[entry] = region = this.#make(entry, family) ?? null;
    return region ?? undefined;
  }

  #make(entry: number, family: Family): EntryRegion | undefined {
    const rule = this.#entries.rules[this.#entries.ruleAt[entry]!]!;
    if (rule.family !== undefined && rule.family !== family) return undefined;
    const { atoms, isWhole } = this.atomsOf(entry);
    const sides = new Map<string, IntervalSet>();
    let isExact = isWhole;
    let others = 0;
    let isFree = isWhole;
    for (const atom of atoms) {
      const test = this.#axisTest(atom, family);
      if (!test) {
        isExact = false;
        isFree &&= ++others === 1 && isFreeTest(atom);
        continue;
      }
      const later = family === 6 && isOfExtensions(test, atom.negated) ? this.#laterFragments(atoms) : 'none';
      if (later === 'some') isExact = isFree = false;
      const values = later === 'none' ? test.values : withLaterFragments(test.values, atom.negated, later);
      const common = sides.get(test.axis)?.intersect(values) ?? values;
      if (common.isEmpty()) return undefined;
      sides.set(test.axis, common);
    }
    // Who asks for a field asks for the protocols that have it: said here, regions are compared side by side.
    const transports = possibleTransports({ family, sides });
    if (transports.isEmpty()) return undefined;
    if (transports !== domainOf(TRANSPORT, family)) sides.set(TRANSPORT, transports);
    return { region: { family, sides }, isExact, isFree };
  }

  /** Which of an entry's packets are later fragments. */
  #laterFragments(atoms: readonly Atom[]): 'none' | 'some' | 'all' {
    const asked = atoms.flatMap((atom) => this.#axisTest(atom, 6) ?? []).filter(({ axis }) => axis === FRAGMENT);
    const fragments = asked.reduce((all, { values }) => all.intersect(values), domainOf(FRAGMENT, 6));
    if (!fragments.contains(LATER)) return 'none';
    return fragments.isSingleton() ? 'all' : 'some';
  }

  /** The axes along which entries of a family have sides. */
  axesOf(family: Family): readonly string[] {
    const axes = new Set<string | undefined>([TRANSPORT, ...CARRIERS.keys()]);
    const add = ({ test }: Atom): void => {
      if (test.kind !== 'address' || test.family === family) axes.add(axisOf(test));
    };
    this.#bounds.eachPacket.forEach(add);
    this.#bounds.others.forEach(add);
    for (const { atoms } of this.#entries.rules) atoms.forEach(add);
    return [...axes].filter((axis) => axis !== undefined);
  }

  /** Rules ask the same numbers again and again: the same question has the same set here. */
  #axisTest(atom: Atom, family: Family): AxisTest | undefined {
    const key = textOf(atom);
    if (key === undefined) return axisTest(atom, family, this.#zones);
    const tests = this.#tests[family];
    if (!tests.has(key)) tests.set(key, axisTest(atom, family, this.#zones));
    return tests.get(key);
  }
}

const FRAGMENT = 'fragment/real';
/** What a later fragment has along that axis. */
const LATER = 2;

/** Whether a test asks for protocols that later fragments of IPv6 name and do not have. */
function isOfExtensions({ axis, values }: AxisTest, negated: boolean): boolean {
  if (axis !== TRANSPORT) return false;
  return negated ? !EXTENSION_TRANSPORTS.isSubsetOf(values) : values.intersects(EXTENSION_TRANSPORTS);
}

/** A later fragment without a protocol meets no test for one, and each that is negated. */
function withLaterFragments(values: IntervalSet, negated: boolean, later: 'some' | 'all'): IntervalSet {
  if (negated) return values.union(EXTENSION_TRANSPORTS);
  return later === 'all' ? values.subtract(EXTENSION_TRANSPORTS) : values;
}

/** The same for equal questions of numbers of few intervals; undefined for others. */
function textOf({ test, negated }: Atom): string | undefined {
  if (test.kind === 'masked') return `${test.field} ${negated} ${test.value}/${test.mask}`;
  if (test.kind !== 'number' || !(test.in instanceof IntervalSet)) return undefined;
  if (test.in.intervalCount > MOST_NAMED) return undefined;
  return `${test.field}/${test.view ?? 'real'} ${negated} ${test.in.lows.join()}-${test.in.highs.join()}`;
}

/** Sets of more intervals are rarely asked twice. */
const MOST_NAMED = 8;

/** Whether the answer hangs on nothing that other tests ask. */
function isFreeTest({ test }: Atom): boolean {
  if (test.kind === 'memory') return test.key.every((field) => field === 'source' || field === 'destination');
  return test.kind === 'until' || test.kind === 'during' || test.kind === 'address of zone';
}

function zoneBounds({ zones }: Stage): Atom[] {
  return zones ? [{ test: { kind: 'zone', field: 'in', zones }, negated: false }] : [];
}

function stateBounds({ stateful }: Stage): Atom[] {
  if (!stateful) return [];
  const states = IntervalSet.fromIntervals(
    3,
    STATES[stateful.invalid].map((state) => [state, state] as const),
  );
  return [{ test: { kind: 'number', field: 'state', in: states }, negated: false }];
}
