/** What a Program's items mean, by the definition: items in order, the first that decides decides, row after row. */
import type { Cell, RowVariable } from '../model/condition.ts';
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Atom, AtomTest, ProgramEach, ProgramEffect, ProgramItem, ProgramRule } from '../4-program/program.ts';
import { everyRule } from '../4-program/every-rule.ts';
import { NO_ROWS, type BoundRow } from './bound-rows.ts';
import { canonicalText } from './canonical.ts';
import { GOES_ON, type Outcome } from './outcomes.ts';
import type { FoundRows } from './found-rows.ts';
import { afterList, leaveText, type Frame, type Place, type PlacedRule, type RuleMeaning } from './rule-meaning.ts';
import { isUnique, keyText, type ColumnTest } from './rows.ts';
import { Unprovable } from './unprovable.ts';

/** The rules of an `each` that find their row by one key. */
interface KeyGroup {
  readonly key: readonly ColumnTest[];
  readonly rules: PlacedRule[];
}

/** More groups than this are only compared in pairs. */
const MOST_PERMUTED = 4;

export class ProgramMeaning {
  readonly #frame: Frame;
  readonly #rules: RuleMeaning;
  /** Tables of which the row that a key finds is one unknown; of all others, row after row is asked. */
  readonly #unknown: ReadonlyMap<Table, FoundRows>;
  readonly #isAsked: (rule: ProgramRule) => boolean;
  readonly #free = new WeakMap<readonly ProgramItem[], boolean>();
  /** What groups mean by themselves whose rules several uses share, at each depth. */
  readonly #alone = new WeakMap<readonly ProgramItem[], Map<number, Outcome>>();

  constructor(
    frame: Frame,
    rules: RuleMeaning,
    unknown: ReadonlyMap<Table, FoundRows>,
    isAsked: (rule: ProgramRule) => boolean,
  ) {
    this.#frame = frame;
    this.#rules = rules;
    this.#unknown = unknown;
    this.#isAsked = isAsked;
  }

  /** The state after the items, where `before` is the state before them. Throws `Unprovable`. */
  after(items: readonly ProgramItem[], before: Outcome, place: Place): Outcome {
    return afterList(
      items,
      before,
      this.#frame.outcomes,
      (item) => this.#isFree(item),
      (item, state) => this.#item(item, state, place),
    );
  }

  #isFree(item: ProgramItem): boolean {
    if (this.#frame.inOrder) return false;
    if (item.kind === 'rule') return this.#rules.isFree(item);
    let free = this.#free.get(item.items);
    if (free === undefined) {
      free = everyRule(item.items).every((rule) => this.#rules.isFree(rule));
      this.#free.set(item.items, free);
    }
    return free;
  }

  #item(item: ProgramItem, before: Outcome, place: Place): Outcome {
    switch (item.kind) {
      case 'rule':
        return this.#isAsked(item) ? this.#rules.after({ rule: item, atoms: item.atoms }, before, place) : before;
      case 'scope': {
        const depth = place.depth + 1;
        const inner = { ...place, depth };
        const after =
          this.#isFree(item) && place.rows === NO_ROWS
            ? this.#frame.outcomes.follow(before, this.#byItself(item.items, inner))
            : this.after(item.items, before, inner);
        return this.#withoutDecision(after, leaveText(depth));
      }
      case 'each':
        return this.#each(item, before, place);
    }
  }

  /** What items mean that hang on nothing before them, worked out once. */
  #byItself(items: readonly ProgramItem[], place: Place): Outcome {
    let byDepth = this.#alone.get(items);
    if (!byDepth) this.#alone.set(items, (byDepth = new Map()));
    let alone = byDepth.get(place.depth);
    if (!alone) byDepth.set(place.depth, (alone = this.after(items, GOES_ON, place)));
    return alone;
  }

  #withoutDecision(outcome: Outcome, text: string): Outcome {
    const { diagrams, decisions } = this.#frame;
    return { ...outcome, decision: diagrams.without(outcome.decision, decisions.numberOf(text)) };
  }

  /** What a key finds, and then the rows that are asked one by one; `FoundRows` says why the order is of no account. */
  #each(each: ProgramEach, before: Outcome, place: Place): Outcome {
    const found = this.#unknown.get(each.row.table);
    if (!found) return this.#walk(each, before, place);
    const walked = found.walked(each.rows);
    if (walked.length === 0) return this.#find(each, found, before, place);
    if (!this.#isWhateverTheOrder(each)) {
      throw new Unprovable(each.origin, 'some rows are not alike in both policies, and the order of rows may matter');
    }
    return this.#walk({ ...each, rows: walked }, this.#find(each, found, before, place), place);
  }

  /** Row after row. */
  #walk(each: ProgramEach, before: Outcome, place: Place): Outcome {
    const rows = each.rows ?? Uint32Array.from({ length: each.row.table.rowCount }, (_, row) => row);
    const isFree = each.items.every((item) => this.#isFree(item));
    return afterList(
      [...rows],
      before,
      this.#frame.outcomes,
      () => isFree,
      (number, state) => this.after(each.items, state, this.#bound(place, each.row, { kind: 'row', number })),
    );
  }

  #bound(place: Place, row: RowVariable, bound: BoundRow): Place {
    return { ...place, rows: new Map(place.rows).set(row, bound) };
  }

  /** The rules of the row that is found; where several keys find rows, these may come in any order. */
  #find(each: ProgramEach, found: FoundRows, before: Outcome, place: Place): Outcome {
    const groups = this.#groups(each);
    const after = (group: KeyGroup, state: Outcome) => this.#group(group, each, found, state, place);
    const all = (list: readonly KeyGroup[], state: Outcome) => list.reduce((one, group) => after(group, one), state);
    if (groups.length === 1) return all(groups, before);
    const isFree = groups.every((group) => group.rules.every(({ rule }) => this.#isFree(rule)));
    const { outcomes } = this.#frame;
    if (isFree) {
      const alone = groups.map((group) => after(group, GOES_ON));
      const inAnyOrder = alone.every((one, at) =>
        alone.slice(at + 1).every((other) => outcomes.equal(outcomes.follow(one, other), outcomes.follow(other, one))),
      );
      if (inAnyOrder) return outcomes.follow(before, outcomes.inOrder(alone));
    } else if (groups.length <= MOST_PERMUTED) {
      const orders = permutations(groups).map((order) => all(order, before));
      if (orders.every((one) => outcomes.equal(one, orders[0]!))) return orders[0]!;
    }
    throw new Unprovable(each.origin, 'rules of one `each` find their rows by different keys, and their order matters');
  }

  /**
   * Whether it is of no account in which order rows are asked: each packet meets one at most, or all that it may meet do the same,
   * or they only count.
   */
  #isWhateverTheOrder({ items, row }: ProgramEach): boolean {
    const groups = this.#groups({ items, row });
    const isDoneAlike = ({ rules }: KeyGroup) =>
      rules.every((placed) => this.#isAlikeForRows(placed, row) && !isOfSomeRow(placed.rule.decision));
    return groups.every(
      (group, at) =>
        (isUnique(row.table, group.key) || isDoneAlike(group)) &&
        groups.slice(at + 1).every((other) => mayChangePlaces(group.rules, other.rules)),
    );
  }

  #group({ key, rules }: KeyGroup, each: ProgramEach, unknown: FoundRows, before: Outcome, place: Place): Outcome {
    const { outcomes, finder, atoms } = this.#frame;
    const { table } = unknown;
    if (!isUnique(table, key) && !rules.every((placed) => this.#isAlikeForRows(placed, each.row))) {
      throw new Unprovable(each.origin, 'several rows may match, and it matters which one does');
    }
    const rows = unknown.found(each.rows);
    const found = finder.find(table, key, rows);
    const inner = this.#bound(place, each.row, { kind: 'found', name: found.name });
    return outcomes.inside(atoms.here(found.among(rows)), before, (state) =>
      afterList(
        rules,
        state,
        outcomes,
        ({ rule }) => this.#isFree(rule),
        (placed, one) => this.#rules.after(placed, one, inner),
      ),
    );
  }

  /**
   * Whether a second row with the same key changes nothing: the rule decides, and what it asks besides the key is of no
   * row, so it goes on for the second one if it went on for the first. What it counts on the way is of no row either.
   */
  #isAlikeForRows({ rule, atoms }: PlacedRule, row: RowVariable): boolean {
    const isOfRow = ({ test }: Atom) => cellsOf(test).some((cell) => cell.row === row);
    const counts = ({ effect, when }: ProgramEffect) =>
      effect.kind === 'count' && effect.counter.kind === 'named' && !when.some((own) => own.some(isOfRow));
    const isDone = rule.effects.length === 0 || (rule.decision !== undefined && rule.effects.every(counts));
    return this.#rules.isFree(rule) && isDone && !atoms.some(isOfRow);
  }

  #groups(each: Pick<ProgramEach, 'items' | 'row'>): KeyGroup[] {
    const groups = new Map<string, KeyGroup>();
    for (const rule of this.#rulesOf(each.items)) {
      const { key, atoms } = splitByRow(rule, each.row);
      if (key.length === 0) throw new Unprovable(rule.origin, 'the rule does not say which row it is for');
      const text = keyText(key);
      const group = groups.get(text);
      if (group) group.rules.push({ rule, atoms });
      else groups.set(text, { key, rules: [{ rule, atoms }] });
    }
    return [...groups.values()];
  }

  /** The asked rules, also those in groups, which nothing leaves; `isWhole`: the items stand in the `each` itself. */
  #rulesOf(items: readonly ProgramItem[], isWhole = true): ProgramRule[] {
    return items.flatMap((item) => {
      if (item.kind === 'scope') return this.#rulesOf(item.items, false);
      if (item.kind === 'each') throw new Unprovable(item.origin, 'an `each` stands inside an `each`');
      if (!this.#isAsked(item)) return [];
      if (!isWhole && item.decision?.kind === 'verdict' && item.decision.verdict.kind === 'leave') {
        throw new Unprovable(item.origin, '`leave` stands inside a group that an `each` uses');
      }
      return [item];
    });
  }
}

/** Whether no packet meets rules of both lists, or both only count, or decide the same and do nothing else. */
function mayChangePlaces(first: readonly PlacedRule[], second: readonly PlacedRule[]): boolean {
  const families = (list: readonly PlacedRule[]) => new Set(list.map(({ rule }) => rule.family));
  const [one, other] = [families(first), families(second)];
  if (!one.has(undefined) && !other.has(undefined) && [...one].every((family) => !other.has(family))) return true;
  const rules = [...first, ...second].map(({ rule }) => rule);
  const onlyCounts = rules.every(
    ({ decision, effects, gates }) =>
      !decision &&
      gates.length === 0 &&
      effects.every(({ effect, gates: own }) => effect.kind === 'count' && own.length === 0),
  );
  if (onlyCounts) return true;
  const decisions = new Set(rules.map(({ decision }) => decision && canonicalText(decision, () => 'cell')));
  return (
    decisions.size === 1 &&
    rules.every(
      ({ decision, effects, gates }) =>
        decision && effects.length === 0 && gates.length === 0 && !isOfSomeRow(decision),
    )
  );
}

/** Whether what is done hangs on the row. */
function isOfSomeRow(decision: ProgramRule['decision']): boolean {
  let isIt = false;
  canonicalText(decision, () => (isIt = true));
  return isIt;
}

/** The comparisons with cells that find the rule's row, and its other atoms. */
function splitByRow(rule: ProgramRule, row: RowVariable): { key: ColumnTest[]; atoms: Atom[] } {
  const key: ColumnTest[] = [];
  const atoms: Atom[] = [];
  for (const atom of rule.atoms) {
    const { test, negated } = atom;
    const cells = negated ? [] : cellsOf(test).filter((cell) => cell.row === row);
    if (cells.length === 0) atoms.push(atom);
    else if (test.kind === 'address') key.push({ field: test.field, view: test.view, column: cells[0]!.column });
    else if (test.kind === 'number') {
      key.push({ field: test.field, view: test.view ?? 'real', column: cells[0]!.column });
    } else if (test.kind === 'service cell') {
      const { protocol, port } = test;
      if (isCell(protocol)) key.push({ field: 'protocol', view: 'real', column: protocol.column });
      else atoms.push({ negated, test: { kind: 'number', field: 'protocol', in: IntervalSet.of(8, protocol) } });
      if (isCell(port)) key.push({ field: 'destination port', view: 'real', column: port.column });
      else atoms.push({ negated, test: { kind: 'number', field: 'destination port', in: port } });
    }
  }
  return { key, atoms };
}

function isCell(value: unknown): value is Cell {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'cell';
}

function cellsOf(test: AtomTest): Cell[] {
  if (test.kind === 'service cell') return [test.protocol, test.port].filter(isCell);
  return 'in' in test && isCell(test.in) ? [test.in] : [];
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((first, at) => permutations(list.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}
