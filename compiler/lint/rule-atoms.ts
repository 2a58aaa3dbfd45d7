/** What a rule of the Program asks, read off its atoms. */
import type { Atom, Family, ProgramRule } from '../4-program/program.ts';
import { isSetTest } from '../4-program/atoms.ts';
import type { AddressField, NumberField, ZoneField } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';

/** The zones that the rule names at one side; undefined: it names none. */
export function zonesOf({ atoms }: ProgramRule, side: ZoneField): ReadonlySet<string> | undefined {
  let names: ReadonlySet<string> | undefined;
  for (const { test, negated } of atoms) {
    if (negated || test.kind !== 'zone' || test.field !== side) continue;
    const own = test.zones.map(({ name }) => name);
    names = new Set(names ? own.filter((name) => names?.has(name)) : own);
  }
  return names;
}

/** Whether packets of a zone may meet the rule, as far as zones go. */
export function mayComeBy(rule: ProgramRule, zone: string): boolean {
  const isRuledOut = ({ test, negated }: Atom) =>
    negated && test.kind === 'zone' && test.field === 'in' && test.zones.some(({ name }) => name === zone);
  return (zonesOf(rule, 'in')?.has(zone) ?? true) && !rule.atoms.some(isRuledOut);
}

/** A packet that begins a flow, among states. */
const NEW = 0;

/** Whether packets that begin a flow may meet the rule, as far as states go. */
export function mayBeginFlow({ atoms }: ProgramRule): boolean {
  return atoms.every(
    ({ test, negated }) =>
      test.kind !== 'number' ||
      test.field !== 'state' ||
      !(test.in instanceof IntervalSet) ||
      test.in.contains(NEW) !== negated,
  );
}

/** Whether the rule asks for a field, in whatever way. */
export function asks({ atoms }: ProgramRule, ...fields: readonly (AddressField | NumberField)[]): boolean {
  return atoms.some(({ test }) => {
    if (test.kind === 'memory') return test.key.some((field) => (fields as readonly string[]).includes(field));
    if (test.kind === 'service cell') return fields.includes('service');
    return 'field' in test && (fields as readonly unknown[]).includes(test.field);
  });
}

/** The addresses of a family at one end for which all else that is asked of that end holds; undefined: that is not known. */
export function addressesAt(rule: ProgramRule, field: AddressField, family: Family): IntervalSet | undefined {
  if (rule.family !== undefined && rule.family !== family) return undefined;
  let set = IntervalSet.full(family === 4 ? 32 : 128);
  for (const atom of rule.atoms) {
    const { test } = atom;
    if (test.kind === 'memory' && test.key.includes(field)) return undefined;
    if (!('field' in test) || test.field !== field) continue;
    if (!isSetTest(atom) || atom.test.kind !== 'address') return undefined;
    set = atom.negated ? set.subtract(atom.test.in) : set.intersect(atom.test.in);
  }
  return set;
}

/** The services (protocol × 65536 + port) that the rule names; undefined: it names none. */
export function servicesOf({ atoms }: ProgramRule): IntervalSet | undefined {
  let set: IntervalSet | undefined;
  for (const atom of atoms) {
    if (atom.negated || !isSetTest(atom) || atom.test.kind !== 'number' || (atom.test.view ?? 'real') !== 'real') {
      continue;
    }
    const { field, in: own } = atom.test;
    if (field === 'service') set = set?.intersect(own) ?? own;
    else if (field === 'protocol') {
      set = cut(set, own.numberIntervals(), (low, high) => [low * PORTS, high * PORTS + PORTS - 1]);
    }
  }
  return set;
}

const PORTS = 65_536;

function cut(
  set: IntervalSet | undefined,
  intervals: Iterable<[number, number]>,
  of: (low: number, high: number) => readonly [number, number],
): IntervalSet {
  const own = IntervalSet.fromIntervals(
    24,
    [...intervals].map(([low, high]) => of(low, high)),
  );
  return set?.intersect(own) ?? own;
}

export function isAllow({ decision }: ProgramRule): boolean {
  return decision?.kind === 'verdict' && (decision.verdict.kind === 'allow' || decision.verdict.kind === 'synproxy');
}

export function isRefusal({ decision }: ProgramRule): boolean {
  return decision?.kind === 'verdict' && (decision.verdict.kind === 'drop' || decision.verdict.kind === 'reject');
}
