/**
 * A condition as packets of one family meet it: sets of addresses become sets of 32 or 128 bits, tests of the other
 * family become false, and what is certain is folded away. Every packet has exactly one family, so the two halves
 * together mean what the whole means, under negation too.
 */
import type { Condition, NumberTest, Test } from '../model/condition.ts';
import { holdsFamily } from '../model/memory.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { AtomTest, Family, FamilyAddressTest } from './program.ts';

export type FamilyCondition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'all' | 'any'; readonly of: readonly FamilyCondition[] }
  | { readonly kind: 'not'; readonly of: FamilyCondition }
  | { readonly kind: 'test'; readonly test: AtomTest };

/** A test whether a packet has any original address at all, which no plan tells from none. */
export class AnyOriginalAddress extends Error {}

export const ALWAYS: FamilyCondition = { kind: 'constant', value: true };
const NEVER: FamilyCondition = { kind: 'constant', value: false };

/** Number fields that every packet has, in every stage: only for these is "in the full set" certain. */
const ALWAYS_PRESENT = new Set(['family', 'length', 'ttl', 'dscp', 'mark', 'fragment', 'state']);

/** Number fields that stand at another place, or mean something else, in IPv4 and in IPv6. */
const FAMILY_FIELDS = new Set(['family', 'icmp4', 'icmp6', 'length', 'ttl', 'dscp', 'fragment']);

/** `condition` for packets of `family`. */
export function forFamily(condition: Condition, family: Family): FamilyCondition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return join(
        condition.kind,
        condition.of.map((part) => forFamily(part, family)),
      );
    case 'not':
      return negation(forFamily(condition.of, family));
    default:
      return testForFamily(condition, family);
  }
}

/** Whether a condition reads the same for both families, so that one rule serves both. */
export function speaksOfFamily(condition: Condition): boolean {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.some(speaksOfFamily);
    case 'not':
      return speaksOfFamily(condition.of);
    case 'address':
      // Every address of both families: `from any port 53` asks for no address at all.
      return !('ipv4' in condition.in && condition.in.isFull());
    case 'memory':
    case 'address of zone':
      return true;
    case 'number':
      return FAMILY_FIELDS.has(condition.field);
    case 'masked':
      return FAMILY_FIELDS.has(condition.field);
    case 'same field':
      return condition.left === 'source' || condition.left === 'destination';
    default:
      return false;
  }
}

/** Conjunction or disjunction without the constants that decide nothing. */
export function join(kind: 'all' | 'any', parts: readonly FamilyCondition[]): FamilyCondition {
  const [neutral, deciding] = kind === 'all' ? [true, false] : [false, true];
  const kept: FamilyCondition[] = [];
  for (const part of parts) {
    if (part.kind === 'constant') {
      if (part.value === deciding) return part;
      continue;
    }
    if (part.kind === kind) kept.push(...part.of);
    else kept.push(part);
  }
  if (kept.length === 0) return neutral ? ALWAYS : NEVER;
  return kept.length === 1 ? kept[0]! : { kind, of: kept };
}

export function negation(condition: FamilyCondition): FamilyCondition {
  if (condition.kind === 'constant') return condition.value ? NEVER : ALWAYS;
  return condition.kind === 'not' ? condition.of : { kind: 'not', of: condition };
}

function testForFamily(test: Test, family: Family): FamilyCondition {
  if (test.kind === 'address') return addressForFamily(test, family);
  if (test.kind === 'number' && test.in instanceof IntervalSet) return numberForFamily(test, test.in, family);
  if (test.kind === 'masked' && test.mask === 0 && ALWAYS_PRESENT.has(test.field)) {
    return test.value === 0 ? ALWAYS : NEVER;
  }
  if (test.kind === 'memory' && !holdsFamily(test.memory, family)) return NEVER;
  if (test.kind === 'zone' && test.zones.length === 0) return NEVER;
  return { kind: 'test', test };
}

function numberForFamily(test: NumberTest, set: IntervalSet, family: Family): FamilyCondition {
  const { field } = test;
  if (field === 'family') return set.contains(family) ? ALWAYS : NEVER;
  if ((field === 'icmp4' && family === 6) || (field === 'icmp6' && family === 4)) return NEVER;
  if (field === 'length') return lengthForFamily(test, set, family);
  if (set.isEmpty()) return NEVER;
  return set.isFull() && ALWAYS_PRESENT.has(field) ? ALWAYS : { kind: 'test', test };
}

/** The lengths that packets have: what 16 bits count, and in IPv6 the fixed header besides (RFC 8200, section 3). */
const LENGTHS = { 4: IntervalSet.range(32, 0, 0xffff), 6: IntervalSet.range(32, 40, 0xffff + 40) } as const;

function lengthForFamily(test: NumberTest, lengths: IntervalSet, family: Family): FamilyCondition {
  const possible = lengths.intersect(LENGTHS[family]);
  if (possible.isEmpty()) return NEVER;
  return possible.equals(LENGTHS[family]) ? ALWAYS : { kind: 'test', test: { ...test, in: possible } };
}

type AddressTest = Extract<Test, { kind: 'address' }>;

function addressForFamily(test: AddressTest, family: Family): FamilyCondition {
  const { kind, field, view, name, in: value } = test;
  // Word for word: with a spread, this takes several times as long, and long policies have a great many.
  const testOf = (set: FamilyAddressTest['in']): FamilyCondition => ({
    kind: 'test',
    test: { kind, field, view, family, in: set, name },
  });
  if ('ipv4' in value) {
    const set = family === 4 ? value.ipv4 : value.ipv6;
    if (set.isEmpty()) return NEVER;
    if (set.isFull()) return always(test);
    return testOf(set);
  }
  if (value.kind === 'masked') {
    if (value.family !== family) return NEVER;
    if (value.mask === 0n) return always(test);
    return testOf({ kind: 'masked', value: value.value, mask: value.mask });
  }
  const column = value.row.table.columns.find((candidate) => candidate.name === value.column);
  const families = column && 'family' in column.type ? column.type.family : 'both';
  if (families !== 'both' && families !== family) return NEVER;
  return testOf(value);
}

/** A test of all addresses of a family. A packet of no flow has no original ones, so of these it says something. */
function always({ view }: AddressTest): FamilyCondition {
  if (view === 'original') throw new AnyOriginalAddress();
  return ALWAYS;
}
