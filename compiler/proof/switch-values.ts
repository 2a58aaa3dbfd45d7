/** The values that the cases of a switch are for. */
import type { Atom } from '../4-program/program.ts';
import type { Switch } from '../6-plan/plan.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { Unprovable } from './unprovable.ts';

/** The test that a packet's value, in the field of the switch, is one of these. */
export function valueTest({ field }: Switch, values: IntervalSet): Atom {
  if (field.kind === 'number') return { negated: false, test: { kind: 'number', field: field.field, in: values } };
  const family = values.width > 32 ? 6 : 4;
  return { negated: false, test: { kind: 'address', field: field.field, view: field.view, family, in: values } };
}

/** All values of the cases; undefined: there is no case. One in two cases would be looked up in a map with two answers. */
export function disjointUnion({ cases, origin }: Switch): IntervalSet | undefined {
  const [first] = cases;
  if (!first) return undefined;
  const sets = cases.map(({ values }) => values);
  const together = IntervalSet.unionOf(first.values.width, sets);
  if (sets.reduce((sum, set) => sum + set.size(), 0n) !== together.size()) {
    throw new Unprovable(origin, 'two cases of a lookup hold one value');
  }
  return together;
}
