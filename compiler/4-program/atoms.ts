/** Conjunctions of atoms made canonical: one atom for each field where sets can be joined, none that says nothing new. */
import type { NumberTest } from '../model/condition.ts';
import { PROTOCOLS_WITH_PORTS, type NumberField } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, AtomTest, FamilyAddressTest } from './program.ts';

/** A test of a field against a constant set. */
export type SetTest = (NumberTest | FamilyAddressTest) & { readonly in: IntervalSet };

export function isSetTest(atom: Atom): atom is Atom & { readonly test: SetTest } {
  const { test } = atom;
  return (test.kind === 'number' || test.kind === 'address') && test.in instanceof IntervalSet;
}

/** Same field and view, so that two set tests can become one. */
export function fieldKey({ field, view = 'real' }: Pick<SetTest, 'field' | 'view'>): string {
  return withBehind(field, view);
}

/** `first/behind`: one text for each pair, since long lists of rules are asked for the same few again and again. */
export function withBehind(first: string, behind: string): string {
  let texts = TEXTS.get(behind);
  if (!texts) TEXTS.set(behind, (texts = new Map()));
  let text = texts.get(first);
  if (text === undefined) texts.set(first, (text = `${first}/${behind}`));
  return text;
}

const TEXTS = new Map<string, Map<string, string>>();

/** Whether both have the same key. */
function isOfOneField(a: SetTest, b: SetTest): boolean {
  return a.field === b.field && (a.view ?? 'real') === (b.view ?? 'real');
}

/** Whether two tests of numbers are of the same end's ports. */
export function sameView(a: NumberTest, b: NumberTest): boolean {
  return (a.view ?? 'real') === (b.view ?? 'real');
}

/**
 * The same conjunction with set tests of one field joined, duplicates dropped, and order kept; undefined where it holds
 * for no packet. A positive atom makes the field present, so a negated one beside it is a plain difference of sets.
 */
export function simplify(atoms: readonly Atom[]): Atom[] | undefined {
  const result: Atom[] = [];
  for (const atom of atoms) {
    if (!insert(result, atom)) return undefined;
  }
  return withCommonProtocols(result);
}

/** Adds `atom` to the conjunction; false where both together hold for no packet. */
function insert(conjunction: Atom[], atom: Atom): boolean {
  for (let i = 0; i < conjunction.length; i++) {
    const other = conjunction[i]!;
    if (isSetTest(atom) && isSetTest(other) && isOfOneField(atom.test, other.test)) {
      const joined = joinSets(other, atom);
      if (joined === 'never') return false;
      if (joined) {
        conjunction[i] = joined;
        return true;
      }
    } else if (sameTest(atom.test, other.test)) {
      return atom.negated === other.negated;
    }
  }
  conjunction.push(atom);
  return true;
}

type SetAtom = Atom & { readonly test: SetTest };

function joinSets(first: SetAtom, second: SetAtom): Atom | 'never' {
  // not A and not B: absent, or in neither.
  if (first.negated && second.negated) return withSet(first, first.test.in.union(second.test.in));
  const positive = first.negated ? second : first;
  const other = first.negated ? first : second;
  const set = other.negated ? positive.test.in.subtract(other.test.in) : positive.test.in.intersect(other.test.in);
  return set.isEmpty() ? 'never' : withSet(positive, set);
}

function withSet(atom: SetAtom, set: IntervalSet): Atom {
  if (set.equals(atom.test.in)) return atom;
  const { name: _former, ...test } = atom.test;
  return { negated: atom.negated, test: { ...test, in: set } as SetTest };
}

/**
 * Only packets of some protocols have all the fields that are asked for; undefined where none has: no packet of GRE has TCP
 * flags. Services and protocols are cut to these: beside TCP flags, `https` is TCP's only.
 */
function withCommonProtocols(atoms: Atom[]): Atom[] | undefined {
  let common: IntervalSet | undefined;
  for (const atom of atoms) {
    const protocols = protocolsOf(atom);
    if (protocols !== undefined) common = common?.intersect(protocols) ?? protocols;
  }
  if (common === undefined) return atoms;
  if (common.isEmpty()) return undefined;
  const result: Atom[] = [];
  for (const atom of atoms) {
    if (atom.negated && isOfOthers(atom, common)) continue;
    const cut = cutTo(common, atom);
    if (cut === undefined) return undefined;
    result.push(cut);
  }
  return result;
}

/**
 * Whether the test is of a field that no packet of these protocols has, so that its complement holds of them all. A test of
 * the protocol itself may be what left these, and stays.
 */
function isOfOthers({ test }: Atom, protocols: IntervalSet): boolean {
  if (test.kind === 'number' && test.field === 'protocol') return false;
  const own = protocolsOf({ test, negated: false });
  return own !== undefined && !own.intersects(protocols);
}

/** The atom for packets of these protocols; undefined where it holds for none of them. */
function cutTo(protocols: IntervalSet, atom: Atom): Atom | undefined {
  if (atom.negated || !isSetTest(atom)) return atom;
  const { field, in: set } = atom.test;
  if (field !== 'protocol' && field !== 'service') return atom;
  const cut = set.intersect(field === 'protocol' ? protocols : servicesOf(protocols));
  return cut.isEmpty() ? undefined : withSet(atom, cut);
}

/** All services of these protocols. */
function servicesOf(protocols: IntervalSet): IntervalSet {
  const intervals = [...protocols.numberIntervals()].map(
    ([low, high]) => [low << PORT_BITS, (high << PORT_BITS) | 0xffff] as const,
  );
  return IntervalSet.fromIntervals(8 + PORT_BITS, intervals);
}

/** Bits of a `service` below its protocol. */
const PORT_BITS = 16;

/** The protocols whose packets can meet the atom; undefined: it says nothing about that. */
function protocolsOf({ test, negated }: Atom): IntervalSet | undefined {
  if (negated) {
    const isProtocol = test.kind === 'number' && test.field === 'protocol' && test.in instanceof IntervalSet;
    return isProtocol ? test.in.complement() : undefined;
  }
  if (test.kind === 'service cell') {
    return typeof test.protocol === 'number' ? IntervalSet.of(8, test.protocol) : undefined;
  }
  if (test.kind === 'same field') return [test.left, test.right].some(isPort) ? WITH_PORTS : undefined;
  if (test.kind === 'memory') return test.key.some(isPort) ? WITH_PORTS : undefined;
  if (test.kind !== 'number' && test.kind !== 'masked') return undefined;
  const fixed = PROTOCOLS_OF_FIELDS.get(test.field);
  if (fixed !== undefined || test.kind === 'masked' || !(test.in instanceof IntervalSet)) return fixed;
  if (test.field === 'protocol') return test.in;
  if (test.field !== 'service') return undefined;
  const protocols = [...test.in.numberIntervals()].map(([low, high]) => [low >> PORT_BITS, high >> PORT_BITS] as const);
  return IntervalSet.fromIntervals(8, protocols);
}

const WITH_PORTS = IntervalSet.fromIntervals(
  8,
  PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
);

function isPort(field: string): boolean {
  return field.endsWith(' port');
}

/** Whether a key of these fields has ports in it, and no packet that meets the conjunction has any. */
export function lacksKey(conjunction: readonly Atom[], fields: readonly string[]): boolean {
  if (!fields.some(isPort)) return false;
  const hasPorts: Atom = { negated: false, test: { kind: 'number', field: 'protocol', in: WITH_PORTS } };
  return simplify([...conjunction, hasPorts]) === undefined;
}

/** Fields that only packets of these protocols have. */
const PROTOCOLS_OF_FIELDS: ReadonlyMap<NumberField, IntervalSet> = new Map([
  ['source port', WITH_PORTS],
  ['destination port', WITH_PORTS],
  ['tcp flags', IntervalSet.of(8, 6)],
  ['icmp4', IntervalSet.of(8, 1)],
  ['icmp6', IntervalSet.of(8, 58)],
]);

/** Whether two tests ask the very same question. */
export function sameTest(a: AtomTest, b: AtomTest): boolean {
  if (a === b) return true;
  if (a.kind === 'address' && b.kind === 'address') {
    return a.field === b.field && a.view === b.view && a.family === b.family && sameValue(a.in, b.in);
  }
  if (a.kind === 'number' && b.kind === 'number') {
    return a.field === b.field && sameView(a, b) && sameValue(a.in, b.in);
  }
  if (a.kind === 'zone' && b.kind === 'zone') {
    return a.field === b.field && a.zones.length === b.zones.length && a.zones.every((zone, i) => zone === b.zones[i]);
  }
  if (a.kind === 'masked' && b.kind === 'masked') {
    return a.field === b.field && a.mask === b.mask && a.value === b.value;
  }
  return false;
}

type Value = FamilyAddressTest['in'] | NumberTest['in'];

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof IntervalSet) return b instanceof IntervalSet && a.equals(b);
  if (b instanceof IntervalSet) return false;
  if (a.kind === 'cell') return b.kind === 'cell' && a.row === b.row && a.column === b.column;
  return b.kind === 'masked' && a.value === b.value && a.mask === b.mask;
}

export function sameAtom(a: Atom, b: Atom): boolean {
  return a.negated === b.negated && sameTest(a.test, b.test);
}
