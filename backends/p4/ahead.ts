/**
 * What a NIC's tables do, as rules that go before the host's: read entry by entry from what is emitted, so that the proof sees the
 * split and its encoding (compiler/proof/ahead-proof.ts). A rule drops, or `leave`s these rules, and the host decides.
 */
import type { Atom, Family, ProgramRule } from '../../compiler/4-program/program.ts';
import type { View } from '../../compiler/model/condition.ts';
import type { Zone } from '../../compiler/model/index.ts';
import { FIELD_WIDTHS, type NumberField } from '../../compiler/model/fields.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { MaskedValue } from '../../compiler/net/masked.ts';
import type { RulesAhead } from '../../compiler/plane.ts';
import { definitionOf, keyWidth, valueWidth, type KeyField } from './fields.ts';
import type { FamilyTables, MembershipTable, RuleKey, SplitRule } from './tree.ts';

/** Of each list. `isOfPolicy`: not one of those that stand behind `mitigate` for what filters forbid. */
export function rulesAhead(
  families: readonly FamilyTables[],
  zones: readonly Zone[],
  isOfPolicy: (rule: SplitRule) => boolean,
): readonly RulesAhead[] {
  const lists = [...new Set(families.map(({ list }) => list))].map((stage) => ({
    stage,
    rules: families
      .filter(({ list }) => list === stage)
      .flatMap((tables) => new TablesAsRules(tables, zones).rules(isOfPolicy)),
  }));
  return lists.filter(({ rules }) => rules.length > 0);
}

class TablesAsRules {
  readonly #tables: FamilyTables;
  readonly #zones: readonly Zone[];
  /** By the name of the table of sets: of each set, the numbers of the key in it. */
  readonly #sets = new Map<string, readonly IntervalSet[]>();

  constructor(tables: FamilyTables, zones: readonly Zone[]) {
    this.#tables = tables;
    this.#zones = zones;
  }

  rules(isOfPolicy: (rule: SplitRule) => boolean): ProgramRule[] {
    const { family, rules } = this.#tables;
    const entries = rules.entries.filter(({ rule }) => isOfPolicy(rule));
    return entries.map(({ rule, action, values }) => ({
      kind: 'rule',
      origin: rule.origin,
      family,
      eachPacket: false,
      atoms: [
        ...seenBy(this.#tables),
        ...rules.keys.flatMap((key, at) => (values[at] ? this.#asked(key, values[at]) : [])),
      ],
      gates: [],
      effects: [],
      decision: { kind: 'verdict', verdict: { kind: action === 'drop' ? 'drop' : 'leave' } },
    }));
  }

  #asked(key: RuleKey, value: MaskedValue): readonly Atom[] {
    if (key.holds === 'value') return this.#valueAtoms(key.field, value);
    const sets = this.#setsOf(key.name);
    return sets.flatMap((numbers, bit) => {
      if (((value.mask >> BigInt(bit)) & 1n) === 0n) return [];
      const isIn = ((value.value >> BigInt(bit)) & 1n) === 1n;
      return this.#atomOf(key.field, isIn ? numbers : numbers.complement());
    });
  }

  /** Under masks where they can be, for not all of these are few intervals. */
  #valueAtoms(field: KeyField, value: MaskedValue): readonly Atom[] {
    const { family } = this.#tables;
    if (field === 'source' || field === 'destination') {
      return [
        holds({
          kind: 'address',
          field,
          view: this.#view,
          family,
          in: { kind: 'masked', value: value.value, mask: value.mask },
        }),
      ];
    }
    const numbers = value.toIntervalSet();
    if (!numbers) throw new Error(`${field}: too many values under a mask`);
    return this.#atomOf(field, numbers);
  }

  /** That the key's number is one of these. */
  #atomOf(field: KeyField, numbers: IntervalSet): readonly Atom[] {
    const { family, list } = this.#tables;
    if (numbers.isFull()) return [];
    switch (field) {
      case 'zone':
        return [this.#zoneAtom(numbers)];
      case 'source':
      case 'destination':
        return [holds({ kind: 'address', field, view: this.#view, family, in: numbers })];
      case 'inner vlan':
      case 'dont fragment':
      case 'filter input':
      case 'filter forward':
        throw new Error(`no rule of a policy asks for ${field}`);
    }
    const values = valuesOf(field, numbers, family);
    // Behind a hop.
    const hop = field === 'ttl' && list === 'filter forward' ? 1n : 0n;
    const seen = values
      .filter(([, high]) => high >= hop)
      .map(([low, high]) => [low < hop ? 0n : low - hop, high - hop] as const);
    const set = IntervalSet.fromIntervals(FIELD_WIDTHS[field], seen);
    const mayLack = definitionOf(field).optional && numbers.contains(0n);
    if (!mayLack) return [holds({ kind: 'number', field, in: set })];
    return [{ negated: true, test: { kind: 'number', field, in: set.complement() } }];
  }

  /** 0 is none of the zones. */
  #zoneAtom(numbers: IntervalSet): Atom {
    const isWanted = (_: Zone, at: number) => numbers.contains(at + 1);
    if (!numbers.contains(0)) return holds({ kind: 'zone', field: 'in', zones: this.#zones.filter(isWanted) });
    const others = this.#zones.filter((zone, at) => !isWanted(zone, at));
    return { negated: true, test: { kind: 'zone', field: 'in', zones: others } };
  }

  /** `mitigate` asks what frames carry; filters ask behind translation, of which there is none where a NIC asks them. */
  get #view(): View {
    return this.#tables.list === 'mitigate' ? 'on wire' : 'real';
  }

  #setsOf(name: string): readonly IntervalSet[] {
    const known = this.#sets.get(name);
    if (known) return known;
    const table = this.#tables.memberships.find((one) => one.name === name)!;
    const sets = setsIn(table, keyWidth(table.field, this.#tables.family));
    this.#sets.set(name, sets);
    return sets;
  }
}

/** Packets of the family that no table is asked for go up: fragments; and what is forwarded has made a hop, of 255 at most. */
function seenBy({ family, list }: FamilyTables): readonly Atom[] {
  const number = (field: NumberField, low: number, high = low) =>
    holds({ kind: 'number', field, in: IntervalSet.range(FIELD_WIDTHS[field], low, high) });
  return [
    number('family', family),
    number('fragment', 0),
    ...(list === 'filter forward' ? [number('ttl', 0, 254)] : []),
  ];
}

function holds(test: Atom['test']): Atom {
  return { test, negated: false };
}

/** The values of the field for which its key is one of the numbers; a bit above them says that it is there. */
function valuesOf(field: KeyField, numbers: IntervalSet, family: Family): readonly (readonly [bigint, bigint])[] {
  const present = definitionOf(field).optional ? 1n << BigInt(valueWidth(field, family)) : 0n;
  const there = IntervalSet.range(numbers.width, present, (1n << BigInt(numbers.width)) - 1n);
  return intervalsOf(numbers.intersect(there)).map(([low, high]) => [low - present, high - present] as const);
}

function intervalsOf(set: IntervalSet): readonly (readonly [bigint, bigint])[] {
  return Array.from({ length: set.intervalCount }, (_, at) => [BigInt(set.lowAt(at)), BigInt(set.highAt(at))] as const);
}

/**
 * Of each set of a table of longest prefixes, the numbers whose longest prefix has its bit; keys are of whole bytes, with zeros
 * before the number, which is `width` bits wide.
 */
function setsIn({ entries, sets }: MembershipTable, width: number): readonly IntervalSet[] {
  const intervals: [bigint, bigint][][] = sets.map(() => []);
  const add = (low: bigint, high: bigint, bits: bigint): void => {
    if (low > high) return;
    for (const [bit, own] of intervals.entries()) if (((bits >> BigInt(bit)) & 1n) === 1n) own.push([low, high]);
  };
  // Shorter prefixes go before the longer ones in them.
  const sorted = entries
    .map(({ prefix, sets: bits, length }) => ({
      low: prefix.value,
      high: prefix.value | (~prefix.mask & ((1n << BigInt(prefix.width)) - 1n)),
      bits,
      length,
    }))
    .toSorted((a, b) => (a.low === b.low ? a.length - b.length : a.low < b.low ? -1 : 1));
  // Those that are still open, each with what of it no entry has had yet, the innermost last.
  const open: { readonly high: bigint; readonly bits: bigint; from: bigint }[] = [];
  const close = (): void => {
    const inner = open.pop()!;
    add(inner.from, inner.high, inner.bits);
    const outer = open.at(-1);
    if (outer) outer.from = inner.high + 1n;
  };
  for (const { low, high, bits } of sorted) {
    while (open.length > 0 && open.at(-1)!.high < low) close();
    const outer = open.at(-1);
    if (outer) add(outer.from, low - 1n, outer.bits);
    open.push({ high, bits, from: low });
  }
  while (open.length > 0) close();
  const most = (1n << BigInt(width)) - 1n;
  return intervals.map((own) => {
    const within = own.filter(([low]) => low <= most).map(([low, high]) => [low, high < most ? high : most] as const);
    return IntervalSet.fromIntervals(width, within);
  });
}
