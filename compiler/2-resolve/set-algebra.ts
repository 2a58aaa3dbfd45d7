/** `+`, `-`, `&` and lists of sets, kept constant as far as both sides are. */
import { AddressSet } from '../net/address-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import {
  MAC_WIDTH,
  NUMBER_WIDTH,
  type AddressValues,
  type Formula,
  type MacValues,
  type NumberValues,
  type ServiceValues,
  type SetValues,
} from './resolved.ts';
import { NO_SERVICES, ServiceSet } from './service-set.ts';

/** The part of a set's interface that the algebra needs. A difference that is no set of its kind is undefined. */
interface Algebra<Set> {
  intersect(other: Set): Set;
  subtract(other: Set): Set | undefined;
  isEmpty(): boolean;
}

interface Parts<Set, Leaf> {
  readonly set: Set;
  readonly dynamic: readonly Formula<Leaf>[];
}

/** The union of sets of one type. */
export function unite(values: readonly SetValues[]): SetValues {
  const orEmpty = values.some((value) => value.orEmpty);
  const type = values[0]?.type;
  if (values.every((value) => value.type === 'addresses')) {
    const set = AddressSet.unionOf(values.map((value) => value.set));
    return { type: 'addresses', set, dynamic: values.flatMap((value) => value.dynamic), orEmpty };
  }
  if (values.every((value) => value.type === 'services')) {
    const set = ServiceSet.unionOf(values.map((value) => value.set));
    return { type: 'services', set, dynamic: values.flatMap((value) => value.dynamic), orEmpty };
  }
  const integers = values.filter((value): value is NumberValues | MacValues => isInteger(value));
  const width = type === 'macs' ? MAC_WIDTH : NUMBER_WIDTH;
  const set = IntervalSet.unionOf(
    width,
    integers.map((value) => value.set),
  );
  const dynamic = integers.flatMap((value) => value.dynamic);
  return { type: type === 'macs' ? 'macs' : 'numbers', set, dynamic, orEmpty };
}

/** `left & right` or `left - right`; undefined where the two are of different types. */
export function combine(operator: '&' | '-', left: SetValues, right: SetValues): SetValues | undefined {
  const orEmpty = left.orEmpty || right.orEmpty;
  if (left.type === 'addresses' && right.type === 'addresses') {
    const parts = combineParts(operator, left, right, AddressSet.empty, addressLeaf);
    return { type: 'addresses', ...parts, orEmpty } satisfies AddressValues;
  }
  if (left.type === 'services' && right.type === 'services') {
    const parts = combineParts(operator, left, right, NO_SERVICES, serviceLeaf);
    return { type: 'services', ...parts, orEmpty } satisfies ServiceValues;
  }
  if (left.type === 'numbers' && right.type === 'numbers') {
    const parts = combineParts(operator, left, right, IntervalSet.empty(NUMBER_WIDTH), numberLeaf);
    return { type: 'numbers', ...parts, orEmpty };
  }
  if (left.type === 'macs' && right.type === 'macs') {
    const parts = combineParts(operator, left, right, IntervalSet.empty(MAC_WIDTH), numberLeaf);
    return { type: 'macs', ...parts, orEmpty };
  }
  return undefined;
}

function isInteger(value: SetValues): boolean {
  return value.type === 'numbers' || value.type === 'macs';
}

interface SetLeaf<Set> {
  readonly kind: 'set';
  readonly set: Set;
}

function addressLeaf(set: AddressSet): SetLeaf<AddressSet> {
  return { kind: 'set', set };
}

function serviceLeaf(set: ServiceSet): SetLeaf<ServiceSet> {
  return { kind: 'set', set };
}

function numberLeaf(set: IntervalSet): SetLeaf<IntervalSet> {
  return { kind: 'set', set };
}

function combineParts<Set extends Algebra<Set>, Leaf>(
  operator: '&' | '-',
  left: Parts<Set, Leaf>,
  right: Parts<Set, Leaf>,
  empty: Set,
  leafOf: (set: Set) => Leaf,
): Parts<Set, Leaf> {
  if (left.dynamic.length === 0 && right.dynamic.length === 0) {
    const set = operator === '&' ? left.set.intersect(right.set) : left.set.subtract(right.set);
    if (set !== undefined) return { set, dynamic: [] };
  }
  const a = formulaOf(left, leafOf);
  const b = formulaOf(right, leafOf);
  return { set: empty, dynamic: [{ kind: 'all', of: [a, operator === '&' ? b : { kind: 'not', of: b }] }] };
}

function formulaOf<Set extends Algebra<Set>, Leaf>(parts: Parts<Set, Leaf>, leafOf: (set: Set) => Leaf): Formula<Leaf> {
  const terms: Formula<Leaf>[] = parts.set.isEmpty() ? [] : [leafOf(parts.set)];
  terms.push(...parts.dynamic);
  const [only] = terms;
  return only !== undefined && terms.length === 1 ? only : { kind: 'any', of: terms };
}
