/** What a rule asks of a packet, as tests that tables of a NIC can make; and what they cannot ask. */
import type { Atom, AtomTest, Family, FamilyAddressTest } from '../../../compiler/4-program/program.ts';
import type { MaskedTest, NumberTest } from '../../../compiler/model/condition.ts';
import { FIELD_WIDTHS } from '../../../compiler/model/fields.ts';
import type { Zone } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import { definitionOf, keyWidth, valueWidth, type KeyField } from '../fields.ts';

/** A key's number is in the set, or (negated) is not. */
export interface KeyTest {
  readonly field: KeyField;
  /** As wide as the key. */
  readonly set: IntervalSet;
  readonly negated: boolean;
  /** What the policy calls the set, for comments. */
  readonly name: string | undefined;
}

/** A test, or what it comes to for every whole packet of the family; undefined: a NIC cannot ask it. */
export type Asked = KeyTest | boolean | undefined;

/** How an atom is asked of packets as they come in. */
export type Asking = (atom: Atom, family: Family, zones: readonly Zone[]) => Asked;

/** An atom, asked of whole packets of a family that come in by one of the zones. */
export function askedOf({ test, negated }: Atom, family: Family, zones: readonly Zone[]): Asked {
  const asked = positive(test, family, zones);
  if (asked === undefined || !negated) return asked;
  return typeof asked === 'boolean' ? !asked : { ...asked, negated: true };
}

function positive(test: AtomTest, family: Family, zones: readonly Zone[]): Asked {
  switch (test.kind) {
    case 'zone':
      return test.field === 'in' ? zoneTest(test.zones, zones, family) : undefined;
    case 'number':
      return test.in instanceof IntervalSet ? numberTest(test, test.in, family) : undefined;
    case 'masked':
      return maskedTest(test, family);
    case 'address':
      return addressTest(test, family);
    default:
      return undefined;
  }
}

/** That the frame came in by one of the zones, which are known by their numbers. */
export function zoneTest(wanted: readonly Zone[], zones: readonly Zone[], family: Family): KeyTest {
  const numbers = wanted.map(({ name }) => zones.findIndex((zone) => zone.name === name) + 1);
  const set = IntervalSet.fromIntervals(
    keyWidth('zone', family),
    numbers.map((number) => [number, number] as const),
  );
  return { field: 'zone', set, negated: false, name: wanted.map(({ name }) => name).join(', ') };
}

function numberTest({ field, name }: Pick<NumberTest, 'field' | 'name'>, set: IntervalSet, family: Family): Asked {
  switch (field) {
    case 'family':
      return set.contains(family);
    case 'fragment':
      // Fragments go up before any table is asked.
      return set.contains(0);
    case 'mark':
    case 'state':
      return undefined;
    case 'icmp4':
      return family === 4 && keyTest(field, set, name, family);
    case 'icmp6':
      return family === 6 && keyTest(field, set, name, family);
    default:
      return keyTest(field, set, name, family);
  }
}

function maskedTest({ field, value, mask }: MaskedTest, family: Family): Asked {
  const set = new MaskedValue(FIELD_WIDTHS[field], value, mask).toIntervalSet();
  return set && numberTest({ field, name: undefined }, set, family);
}

function addressTest({ field, family: own, in: wanted, name }: FamilyAddressTest, family: Family): Asked {
  if (own !== family) return false;
  if (wanted instanceof IntervalSet) return keyTest(field, wanted, name, family);
  if (wanted.kind === 'cell') return undefined;
  const set = new MaskedValue(valueWidth(field, family), wanted.value, wanted.mask).toIntervalSet();
  return set && keyTest(field, set, name, family);
}

/** That a packet has the field, and its value is in the set, of which no packet may have any. */
export function keyTest(
  field: Exclude<KeyField, 'zone'>,
  set: IntervalSet,
  name: string | undefined,
  family: Family,
): KeyTest | false {
  const width = keyWidth(field, family);
  const values = valueWidth(field, family);
  const present = definitionOf(field).optional ? 1n << BigInt(values) : 0n;
  const most = (1n << BigInt(values)) - 1n;
  const intervals: [bigint, bigint][] = [];
  for (const [low, high] of bigIntervals(set)) {
    // Lengths are as wide as no packet is long.
    if (low <= most) intervals.push([present + low, present + (high < most ? high : most)]);
  }
  if (intervals.length === 0) return false;
  return { field, set: IntervalSet.fromIntervals(width, intervals), negated: false, name };
}

function* bigIntervals(set: IntervalSet): Generator<readonly [bigint, bigint]> {
  for (let index = 0; index < set.intervalCount; index++) {
    yield [BigInt(set.lowAt(index)), BigInt(set.highAt(index))];
  }
}
