/** Clauses of a jump and of the rule it leads to, as one rule's. */
import { itemWithin, termsDisjoint } from './disjoint.ts';
import { isGate, type Term } from '../rules.ts';

/** Undefined: no packet meets both. */
export function conjoin(outer: readonly Term[], inner: readonly Term[]): Term[] | undefined {
  if (outer.some((term) => inner.some((other) => termsDisjoint(term, other)))) return undefined;
  const kept = outer.filter((term) => !inner.some((other) => implies(other, term)));
  const further = inner.filter((term) => !kept.some((other) => implies(other, term)));
  const plain = [...kept, ...further].filter((term) => !isGate(term));
  return [...plain, ...outer.filter(isGate), ...inner.filter(isGate)];
}

/** Whether whatever meets `inner` meets `outer`, as far as their texts tell. */
function implies(inner: Term, outer: Term): boolean {
  if (inner.slot !== outer.slot || inner.negated !== outer.negated || inner.view !== outer.view) return false;
  const isWithin = inner.items.every((item) => outer.items.includes(item));
  if (isWithin) return !inner.negated || inner.items.length === outer.items.length;
  if (inner.negated || isGate(inner)) return false;
  if (inner.slot === 'from' || inner.slot === 'to') {
    return inner.items.every((item) => outer.items.some((other) => itemWithin(item, other)));
  }
  if (inner.slot !== 'service') return false;
  // A port of a protocol, a type of ICMP: the whole protocol holds them.
  return inner.items.every((item) => outer.items.includes(item) || outer.items.includes(item.split(/[/ ]/)[0]!));
}
