import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import type { NumberTest } from '../../model/condition.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { mapNodes, type Lookup, type PlanNode } from '../plan.ts';
import type { Pass } from './pass.ts';

export const guardLookups: Pass = {
  name: 'guard-lookups',
  description: `Where every rule behind a large lookup tests one field, the union of what they want is tested before the lookup: a
packet to port 443 need not be looked up among 200,000 devices that are forbidden port 25. Sound because a packet whose
field is in none of the sets meets none of the rules, whichever row it finds.`,
  run: (node) => guardLookupsFrom(FEWEST_ROWS, node),
};

/** Smaller tables are looked up about as fast as the guard is tested. */
const FEWEST_ROWS = 1024;
/** A guard of more intervals than this costs a lookup itself. */
const MOST_INTERVALS = 64;
/** Fields worth a test of their own, the most selective first. */
const FIELDS = ['service', 'icmp4', 'icmp6', 'destination port', 'protocol'] as const;

/** The pass for lookups of at least so many rows. */
export function guardLookupsFrom(fewestRows: number, node: PlanNode): PlanNode {
  return mapNodes(node, (one) => {
    if (one.kind !== 'lookup') return one;
    const rows = one.classes.reduce((sum, { rows: some }) => sum + some.length, 0);
    return rows < fewestRows ? one : withGuard(one);
  });
}

function withGuard(lookup: Lookup): Lookup {
  const rules = lookup.classes.flatMap((one) => one.rules);
  for (const field of FIELDS) {
    if (lookup.guard.some((atom) => atom.test.kind === 'number' && atom.test.field === field)) continue;
    const sets = rules.map((rule) => wantedOf(rule, field));
    if (sets.length === 0 || sets.some((set) => set === undefined)) continue;
    const test: NumberTest = { kind: 'number', field, in: IntervalSet.unionOf(sets[0]!.width, sets as IntervalSet[]) };
    const union: Atom = { negated: false, test };
    if ((test.in as IntervalSet).intervalCount <= MOST_INTERVALS) return { ...lookup, guard: [...lookup.guard, union] };
  }
  return lookup;
}

/** The values of the field that the rule needs; undefined: any. */
function wantedOf(rule: ProgramRule, field: NumberTest['field']): IntervalSet | undefined {
  for (const atom of rule.atoms) {
    if (!atom.negated && isSetTest(atom) && atom.test.kind === 'number' && atom.test.field === field) {
      return atom.test.in;
    }
  }
  return undefined;
}
