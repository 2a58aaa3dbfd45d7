/**
 * The list of a family as tables: each field either stands in the rules' key as it is, so that a rule needs an entry for each
 * combination of value and mask; or is looked up before, in a table that tells in which sets it is, so that a rule asks a bit. Of what
 * there is room for, that which costs fewest bits of TCAM is taken.
 */
import type { Family } from '../../../compiler/4-program/program.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { MaskedValue } from '../../../compiler/net/masked.ts';
import { membershipsOf, widened, type Membership } from '../encode/memberships.ts';
import { toTernary } from '../encode/ternary.ts';
import { KEY_FIELDS, keyName, keyWidth, prefixKeyWidth, setsName, type KeyField } from '../fields.ts';
import type {
  EncodingCost,
  FamilyTables,
  MembershipTable,
  PrefixMatch,
  RuleEntry,
  RuleKey,
  RuleListName,
} from '../tree.ts';
import type { ListedRule } from './list.ts';

/** Fields for which both ways are weighed; of more, those that would need most entries as they are. */
const MOST_WEIGHED = 6;

export interface RuleListOf {
  readonly list: RuleListName;
  readonly family: Family;
  readonly rules: readonly ListedRule[];
}

export interface Room {
  /** How many sets a table can tell of a field, and a rule ask. */
  readonly sets: number;
  readonly prefixes: PrefixMatch;
  readonly fits: (encoding: EncodingCost) => boolean;
}

/** Where no encoding fits, that of the cheapest. */
export function encodeRules(
  { list, family, rules }: RuleListOf,
  { sets, prefixes, fits }: Room,
): FamilyTables | undefined {
  const fields = fieldsIn(rules, family, prefixes);
  const possible = rules
    .map((rule, number) => ({ rule, number }))
    .filter(({ number }) => fields.every((field) => field.entries[number]!.length > 0));
  if (possible.length === 0) return undefined;
  const numbers = possible.map(({ number }) => number);
  const costs = encodingsOf(fields, numbers, sets).toSorted(
    (a, b) => a.bits - b.bits || a.looked.length - b.looked.length,
  );
  const best = costs.find(fits) ?? costs[0]!;
  const looked = new Set(best.looked);
  const keys = fields.map((one) => (looked.has(one.field) ? one.setsKey(list) : one.key));
  const entries = possible.flatMap(({ rule, number }) =>
    combinations(
      fields.map((one) => (looked.has(one.field) ? [one.bitsOf(number)] : one.entries[number]!.map(unlessAny))),
    ).map((values): RuleEntry => ({ rule: rule.rule, action: rule.action, values })),
  );
  return {
    list,
    family,
    memberships: fields.filter(({ field }) => looked.has(field)).map((one) => one.table(list)),
    rules: {
      name: `${list.replace(' ', '_')}_ipv${family}`,
      keys,
      entries: firstOfEachKey(entries),
      encodings: [best, ...costs.filter((one) => one !== best)],
    },
  };
}

/**
 * Without entries that ask what one before them asks: no packet meets them, and DPDK's pipeline, which knows entries by their keys
 * alone, would have the later one in the place of the first.
 */
function firstOfEachKey(entries: readonly RuleEntry[]): readonly RuleEntry[] {
  const known = new Set<string>();
  return entries.filter(({ values }) => {
    const key = values.map((one) => (one ? `${one.value}/${one.mask}` : '')).join(' ');
    const isFirst = !known.has(key);
    known.add(key);
    return isFirst;
  });
}

function unlessAny(value: MaskedValue): MaskedValue | undefined {
  return value.isFull() ? undefined : value;
}

/** Every way to take one of each list, the last list's going round fastest. */
function combinations<Value>(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>((all, list) => all.flatMap((some) => list.map((one) => [...some, one])), [[]]);
}

/** What all rules ask of one field. */
class FieldInRules {
  readonly field: KeyField;
  readonly #family: Family;
  readonly width: number;
  readonly #prefixes: PrefixMatch;
  /** Of the key of its table of sets. */
  readonly prefixWidth: number;
  /** Of each rule, as it stands in the rules' key; one without a mask where the rule asks nothing; none where no value meets it. */
  readonly entries: readonly (readonly MaskedValue[])[];
  /** The sets that rules name, each once. */
  readonly sets: readonly IntervalSet[];
  readonly #names: readonly string[];
  readonly #bits: readonly { readonly value: bigint; readonly mask: bigint }[];
  #memberships: readonly Membership[] | undefined;

  constructor(field: KeyField, rules: readonly ListedRule[], family: Family, prefixes: PrefixMatch) {
    this.field = field;
    this.#family = family;
    this.width = keyWidth(field, family);
    this.#prefixes = prefixes;
    this.prefixWidth = prefixes === 'lpm' ? prefixKeyWidth(field, family) : this.width;
    const known = new Map<string, { readonly number: number; readonly set: IntervalSet; readonly name: string }>();
    const numberOf = (set: IntervalSet, name: string): number => {
      const key = set.fingerprint();
      const found = known.get(key) ?? { number: known.size, set, name };
      known.set(key, found);
      return found.number;
    };
    const ternary = new Map<string, readonly MaskedValue[]>();
    const entriesOf = (set: IntervalSet): readonly MaskedValue[] => {
      const key = set.fingerprint();
      const found = ternary.get(key) ?? toTernary(set);
      ternary.set(key, found);
      return found;
    };
    const asked = rules.map(({ tests }) => tests.filter((test) => test.field === field));
    this.entries = asked.map((tests) => {
      const sets = tests.map(({ set, negated }) => (negated ? set.complement() : set));
      return entriesOf(sets.reduce((all, set) => all.intersect(set), IntervalSet.full(this.width)));
    });
    this.#bits = asked.map((tests, at) =>
      tests.reduce(
        (bits, { set, negated, name }) => {
          const bit = 1n << BigInt(numberOf(set, name ?? rules[at]!.rule.origin.text));
          return { value: negated ? bits.value : bits.value | bit, mask: bits.mask | bit };
        },
        { value: 0n, mask: 0n },
      ),
    );
    this.sets = [...known.values()].map(({ set }) => set);
    this.#names = [...known.values()].map(({ name }) => name);
  }

  get memberships(): readonly Membership[] {
    return (this.#memberships ??= membershipsOf(this.sets).map((one) => widened(one, this.prefixWidth)));
  }

  /** What a rule asks of the bits; undefined: nothing. */
  bitsOf(rule: number): MaskedValue | undefined {
    const { value, mask } = this.#bits[rule]!;
    return mask === 0n ? undefined : new MaskedValue(this.sets.length, value, mask);
  }

  /** The value itself, as a key of the rules. */
  get key(): RuleKey {
    const { field, width } = this;
    return { field, name: keyName(field, this.#family), width, holds: 'value' };
  }

  /** The sets that it is in, likewise. */
  setsKey(list: RuleListName): RuleKey {
    const { field, sets } = this;
    return { field, name: setsName(field, this.#family, list), width: sets.length, holds: 'sets' };
  }

  table(list: RuleListName): MembershipTable {
    const { field, prefixWidth: width, memberships: entries } = this;
    return {
      name: setsName(field, this.#family, list),
      field,
      match: this.#prefixes,
      width,
      sets: this.#names,
      entries,
    };
  }
}

/** At least one: a table without keys has no entries. */
function fieldsIn(rules: readonly ListedRule[], family: Family, prefixes: PrefixMatch): readonly FieldInRules[] {
  const named = rules.flatMap(({ tests }) => tests.map(({ field }) => field));
  const asked = new Set<KeyField>(named.length > 0 ? named : ['zone']);
  return KEY_FIELDS.filter(({ field }) => asked.has(field)).map(
    ({ field }) => new FieldInRules(field, rules, family, prefixes),
  );
}

/** What each way costs, for the rules of these numbers. */
function encodingsOf(fields: readonly FieldInRules[], numbers: readonly number[], sets: number): EncodingCost[] {
  const most = (field: FieldInRules): number => Math.max(...numbers.map((number) => field.entries[number]!.length));
  const weighed = fields
    .filter((field) => most(field) > 1 && field.sets.length <= sets)
    .toSorted((a, b) => most(b) - most(a))
    .slice(0, MOST_WEIGHED);
  return Array.from({ length: 2 ** weighed.length }, (_, choice) =>
    costOf(fields, numbers, new Set(weighed.filter((__, at) => (choice >> at) & 1))),
  );
}

function costOf(
  fields: readonly FieldInRules[],
  numbers: readonly number[],
  looked: ReadonlySet<FieldInRules>,
): EncodingCost {
  const asIs = fields.filter((field) => !looked.has(field));
  const entries = numbers.reduce(
    (sum, number) => sum + asIs.reduce((product, field) => product * field.entries[number]!.length, 1),
    0,
  );
  const keyBits = fields.reduce((sum, field) => sum + (looked.has(field) ? field.sets.length : field.width), 0);
  const before = [...looked].map((field) => ({ entries: field.memberships.length, keyBits: field.prefixWidth }));
  const tables = [{ entries, keyBits }, ...before];
  return {
    looked: [...looked].map(({ field }) => field),
    entries,
    keyWidth: keyBits,
    bits: tables.reduce((sum, table) => sum + table.entries * table.keyBits, 0),
    tables,
  };
}
