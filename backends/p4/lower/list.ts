/**
 * A plan's rules as one list for a NIC. Each becomes a rule to drop by, where a NIC can ask all that it asks and it does nothing
 * but drop; else a rule for at least all of its packets, which go up, so that the host decides about them. So whatever the NIC
 * drops has met no rule before that would have done something else, and the list may end anywhere.
 */
import type { Atom, Family, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { KeyPart, Lookup, PlanNode, StagePlan } from '../../../compiler/6-plan/plan.ts';
import { isUniqueKey } from '../../../compiler/6-plan/row-keys.ts';
import { columnAddresses } from '../../../compiler/model/column-addresses.ts';
import type { Zone } from '../../../compiler/model/index.ts';
import type { Span } from '../../../grammar/source.ts';
import type { NicAction, SplitRule } from '../tree.ts';
import { askedOf, zoneTest, type Asking, type KeyTest } from './tests.ts';
import { whyUp } from './why-up.ts';

/** A rule for packets of one family; all of its tests must hold. */
export interface ListedRule {
  readonly rule: SplitRule;
  readonly action: NicAction;
  readonly tests: readonly KeyTest[];
}

export interface RuleLists {
  readonly ipv4: readonly ListedRule[];
  readonly ipv6: readonly ListedRule[];
  readonly split: readonly SplitRule[];
}

/**
 * The rules of `mitigate`, block behind block: an `allow` in one ends all of them. `zones` of the policy, in their order; `endings`
 * stand behind all.
 */
export function listsOf(
  stages: readonly StagePlan[],
  zones: readonly Zone[],
  endings: Readonly<Record<Family, readonly ListedRule[]>>,
): RuleLists {
  const list = new RuleList(zones);
  for (const { stage, body } of stages) list.block(body, stage.zones ?? zones);
  list.end(endings);
  return { ipv4: upToLastDrop(list.rules[4]), ipv6: upToLastDrop(list.rules[6]), split: list.split };
}

/** What no rule is left for goes up anyway. */
export function upToLastDrop(rules: readonly ListedRule[]): readonly ListedRule[] {
  return rules.slice(0, rules.findLastIndex(({ action }) => action === 'drop') + 1);
}

const FAMILIES: readonly Family[] = [4, 6];

export class RuleList {
  readonly rules: Readonly<Record<Family, ListedRule[]>> = { 4: [], 6: [] };
  /** Tests of rules for the host that all packets of some zones meet: none of these packets comes to a rule behind. */
  readonly #allUp: Readonly<Record<Family, (readonly KeyTest[])[]>> = { 4: [], 6: [] };
  readonly split: SplitRule[] = [];
  readonly #splitBySpan = new Map<Span, readonly SplitRule[]>();
  readonly #zones: readonly Zone[];
  readonly #families: readonly Family[];
  readonly #asking: Asking;
  /** Of the block at hand. */
  #comesInBy: readonly Zone[] = [];

  /** `families`: others get no rules. */
  constructor(zones: readonly Zone[], families: readonly Family[] = FAMILIES, asking: Asking = askedOf) {
    this.#zones = zones;
    this.#families = families;
    this.#asking = asking;
  }

  block(body: PlanNode, zones: readonly Zone[]): void {
    this.#comesInBy = zones;
    this.#add(body);
  }

  #add(node: PlanNode): void {
    switch (node.kind) {
      case 'sequence':
        for (const step of node.steps) this.#add(step);
        return;
      case 'rules':
        for (const rule of node.rules) this.rule(rule);
        return;
      case 'scope':
        // What leaves it goes up, so nothing has to know where it ends.
        this.#add(node.body);
        return;
      case 'lookup':
        for (const rule of rulesOfRows(node)) this.rule(rule);
        return;
      default:
        throw new Error(`a plan for P4 holds lists, and this one a ${node.kind}`);
    }
  }

  /** Rules that no block has. */
  end(endings: Readonly<Record<Family, readonly ListedRule[]>>): void {
    for (const family of FAMILIES) {
      const reached = endings[family].filter(({ tests }) => !this.#isAllUp(tests, family));
      this.rules[family].push(...reached);
    }
  }

  rule(rule: ProgramRule): void {
    if (rule.decision === undefined && rule.effects.length === 0) return;
    const why = whyUp(rule, this.#asking);
    const action = why === undefined ? 'drop' : 'up';
    const families = this.#families.filter((family) => rule.family === undefined || rule.family === family);
    const possible = families.flatMap((family) => {
      const tests = this.#testsOf(rule.atoms, family);
      return tests ? [{ family, tests }] : [];
    });
    const reached = possible.filter(({ family, tests }) => !this.#isAllUp(tests, family));
    if (action === 'drop' && possible.length > 0 && reached.length === 0) {
      this.#splitOf(rule, 'up', "all of its packets meet a rule before that is the host's");
      return;
    }
    const split = this.#splitOf(rule, action, why);
    for (const { family, tests } of reached) {
      this.rules[family].push({ rule: split, action, tests });
      if (action === 'up' && tests.every(({ field }) => field === 'zone')) this.#allUp[family].push(tests);
    }
  }

  #isAllUp(tests: readonly KeyTest[], family: Family): boolean {
    return this.#allUp[family].some((before) => isPartOf(before, tests));
  }

  /** A rule of the policy is one, however many it has become; and those that were merged are many. */
  #splitOf({ origin: own, merged = [] }: ProgramRule, action: NicAction, why: string | undefined): SplitRule {
    const [first] = [own, ...merged].map((origin) => {
      const known = this.#splitBySpan.get(origin.span) ?? [];
      const same = known.find((one) => one.action === action && one.why === why);
      if (same) return same;
      const rule: SplitRule = { origin, action, why };
      this.#splitBySpan.set(origin.span, [...known, rule]);
      this.split.push(rule);
      return rule;
    }) as [SplitRule];
    return first;
  }

  /** Tests that hold at least for all packets of the family that meet the atoms; undefined: there are none. */
  #testsOf(atoms: readonly Atom[], family: Family): KeyTest[] | undefined {
    const tests: KeyTest[] = [];
    if (this.#comesInBy.length < this.#zones.length) tests.push(zoneTest(this.#comesInBy, this.#zones, family));
    for (const atom of atoms) {
      const asked = this.#asking(atom, family, this.#zones);
      if (asked === false) return undefined;
      if (typeof asked === 'object') tests.push(asked);
    }
    return tests;
  }
}

/** Whether each of these tests is one of all. */
function isPartOf(some: readonly KeyTest[], all: readonly KeyTest[]): boolean {
  return some.every(({ field, negated, set }) =>
    all.some((one) => one.field === field && one.negated === negated && one.set.fingerprint() === set.fingerprint()),
  );
}

/**
 * The rules of a lookup's rows: one for all rows where one column finds them, and it makes no difference which row that is; else
 * rules that say of rows nothing that a NIC could ask, so that their packets go up.
 */
function rulesOfRows(lookup: Lookup): readonly ProgramRule[] {
  const { row, key, classes, guard, family } = lookup;
  const [part, ...more] = key;
  const isOne = part !== undefined && more.length === 0;
  const inOrder = isOne && (isUniqueKey(row.table, key) || classes.every(({ rules }) => rules.length === 1));
  return classes.flatMap(({ rows, rules }) => {
    const found = inOrder && classes.length === 1 ? keyAtom(lookup, part, rows) : undefined;
    return rules.map((rule): ProgramRule => ({
      ...rule,
      family: rule.family ?? family,
      atoms: [...guard, found ?? rowAtom(lookup), ...rule.atoms],
    }));
  });
}

/** That a packet's address is in the column of some of the rows. */
function keyAtom({ row, family }: Lookup, { field, view, column }: KeyPart, rows: Uint32Array): Atom | undefined {
  if ((field !== 'source' && field !== 'destination') || family === undefined) return undefined;
  const addresses = columnAddresses(row.table, column, rows)?.[family === 4 ? 'ipv4' : 'ipv6'];
  return addresses && { negated: false, test: { kind: 'address', field, view, family, in: addresses } };
}

/** That some row is found, which a NIC cannot ask. */
function rowAtom({ row, key }: Lookup): Atom {
  const column = key[0]?.column ?? '';
  return {
    negated: false,
    test: { kind: 'service cell', protocol: { kind: 'cell', row, column }, port: { kind: 'cell', row, column } },
  };
}
