/**
 * `each` as lookups. A body whose rules find their row by one key becomes one lookup however many rows there are;
 * neighbouring `each`s over the same table by the same key share it, the rows falling into classes by their rules.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { sameAtom } from '../4-program/atoms.ts';
import type { Atom, ProgramEach, ProgramItem, ProgramRule, ProgramScope } from '../4-program/program.ts';
import { commute, decisionKey, hasOpaque, isPlain, isPlainButForCounting, rulesExclude } from './commute.ts';
import type { Lookup, RowClass } from './plan.ts';
import { PROBLEMS } from './problems.ts';
import { cellKey, isExactKey, isUniqueKey, keyedRule, readsRow, type KeyedRule } from './row-keys.ts';

/** The rules of one `each` that find their row by the same key, in order. */
interface KeyGroup {
  readonly each: ProgramEach;
  readonly rules: KeyedRule[];
}

/** The lookups that carry out consecutive `each`s, in an order that means the same; problems where there is none. */
export function lookupsFor(eaches: readonly ProgramEach[], diagnostics: Diagnostic[]): Lookup[] {
  const groups = eaches.flatMap((each) => groupsOf(each, diagnostics));
  const lookups: KeyGroup[][] = [];
  for (const group of groups) {
    const home = findHome(lookups, group);
    if (home) home.push(group);
    else lookups.push([group]);
  }
  return lookups.map(lookupOf);
}

/** The earlier lookup that can carry the group too: same table and key, and the group may move up to it. */
function findHome(lookups: readonly KeyGroup[][], group: KeyGroup): KeyGroup[] | undefined {
  for (let i = lookups.length - 1; i >= 0; i--) {
    const groups = lookups[i]!;
    const first = groups[0]!;
    if (first.each.row.table === group.each.row.table && first.rules[0]!.signature === group.rules[0]!.signature) {
      return isUniqueKey(group.each.row.table, group.rules[0]!.key) && mayShare([...groups, group])
        ? groups
        : undefined;
    }
    const movable = groups.every((other) =>
      other.rules.every((a) => group.rules.every((b) => commute(a.rule, b.rule))),
    );
    if (!movable) return undefined;
  }
  return undefined;
}

/**
 * Rules are repeated for each class of rows, which words of a plane's own may not be; and from a class's chain, nothing
 * leaves the group.
 */
function mayShare(groups: readonly KeyGroup[]): boolean {
  return !groups.some(({ rules }) => rules.some(({ rule }) => hasOpaque(rule) || isLeaving(rule)));
}

function groupsOf(each: ProgramEach, diagnostics: Diagnostic[]): KeyGroup[] {
  const rules = bodyRules(each.items, diagnostics);
  const groups: KeyGroup[] = [];
  for (const rule of rules) {
    const keyed = keyedRule(rule, each.row);
    if (!keyed) {
      diagnostics.push(
        diagnostic(
          PROBLEMS.noRowKey,
          rule.origin.span,
          `\`${rule.origin.text}\` does not say which row of \`${each.row.table.name}\` it is for`,
          {
            hint: `Compare a field of the packet with a column, as in \`from ${each.row.name}.COLUMN\`, or move the rule out of the \`each\`.`,
          },
        ),
      );
      continue;
    }
    const home = groups.find((group) => group.rules[0]!.signature === keyed.signature);
    if (home) home.rules.push(keyed);
    else groups.push({ each, rules: [keyed] });
  }
  for (const group of groups) checkOrder(group, groups, diagnostics);
  return groups;
}

const INNER_EACH = ['an `each` inside an `each`', 'Join the two tables into one, or write the rules outside.'] as const;
const LEAVES = ['`leave` beside other rules or effects of an `each`', 'Give it an `each` of its own.'] as const;
/** Of such a rule the lines of alternatives leave a scope of its own (4-program/rules.ts). */
const WRITES_WHAT_IT_ASKS = [
  'a rule of an `each` that has alternatives and writes what they ask for',
  'Write a rule for each alternative, so that no packet meets two of them, and give each an `each` of its own.',
] as const;

/** The rules of a body, with scopes opened (a group used for each row, without `leave`). */
function bodyRules(items: readonly ProgramItem[], diagnostics: Diagnostic[], scope?: ProgramScope): ProgramRule[] {
  return items.flatMap((item) => {
    if (item.kind === 'rule') {
      if (!isLeaving(item) || (!scope && items.length === 1 && isPlain(item))) return [item];
    } else if (item.kind === 'scope') {
      return bodyRules(item.items, diagnostics, item);
    }
    const ofRule = scope?.origin === item.origin;
    if (ofRule && item !== scope.items[0]) return [];
    const [what, hint] = item.kind === 'each' ? INNER_EACH : ofRule ? WRITES_WHAT_IT_ASKS : LEAVES;
    const message = `${what} cannot be carried out by a lookup yet`;
    diagnostics.push(diagnostic(PROBLEMS.nestedRows, item.origin.span, message, { hint }));
    return [];
  });
}

function isLeaving({ decision }: ProgramRule): boolean {
  return decision?.kind === 'verdict' && decision.verdict.kind === 'leave';
}

/**
 * Row 1's rules come before row 2's. A lookup asks only the row it finds, so either at most one row can match, or all
 * rows would have the same done; and rules with other keys in the same body must not care about the order.
 */
function checkOrder(group: KeyGroup, groups: readonly KeyGroup[], diagnostics: Diagnostic[]): void {
  const { table } = group.each.row;
  const first = group.rules[0]!;
  if (!isUniqueKey(table, first.key) && !anyRowDoes(group)) {
    const columns = first.key.map((part) => part.column).join(', ');
    diagnostics.push(
      diagnostic(
        PROBLEMS.noUniqueKey,
        first.rule.origin.span,
        `several rows of \`${table.name}\` may match a packet here, and the rule does something else for each`,
        {
          hint: `Declare \`key (${columns})\` in the table, so that Sluice can check that no two rows overlap in it.`,
          labels: [{ span: table.span, text: 'the table' }],
        },
      ),
    );
  }
  for (const other of groups) {
    if (other === group) break;
    const clash = group.rules.find((a) => other.rules.some((b) => !mayInterleave(a.rule, b.rule)));
    if (!clash) continue;
    diagnostics.push(
      diagnostic(
        PROBLEMS.rowOrder,
        clash.rule.origin.span,
        `the order of rows matters between this rule and \`${other.rules[0]!.rule.origin.text}\``,
        {
          hint: 'They find their rows by different columns and decide differently: put them into two `each`s, one after the other.',
          labels: [{ span: other.rules[0]!.rule.origin.span, text: 'the other rule' }],
        },
      ),
    );
  }
}

function mayInterleave(a: ProgramRule, b: ProgramRule): boolean {
  return commute(a, b) || rulesExclude(a, b);
}

/**
 * Whether it makes no difference which of several matching rows is found: the rules decide and count, the same for each
 * row, so a packet that gets past the rules of one row gets past those of the next.
 */
function anyRowDoes(group: KeyGroup): boolean {
  if (group.rules.some((keyed) => readsRow(keyed, group.each.row))) return false;
  if (!group.rules.every(({ rule }) => rule.decision && isPlainButForCounting(rule))) return false;
  if (group.rules.every(({ rule }) => decisionKey(rule.decision) !== undefined)) return true;
  // With exact keys the first of several rows is known, and is the one that decides.
  return group.rules.length === 1 && isExactKey(group.each.row.table, group.rules[0]!.key);
}

function lookupOf(groups: readonly KeyGroup[]): Lookup {
  const first = groups[0]!;
  const all = groups.flatMap((group) => group.rules);
  const { table } = first.each.row;
  const guard = commonAtoms(all.map((keyed) => keyed.rest)).filter(
    ({ test }) => test.kind !== 'opaque' && cellKey(test, first.each.row).length === 0,
  );
  return {
    kind: 'lookup',
    origin: first.each.origin,
    row: first.each.row,
    family: all[0]!.rule.family,
    guard,
    key: all[0]!.key,
    classes: classesOf(table.rowCount, groups, guard),
  };
}

/** The atoms that every list has. */
function commonAtoms(lists: readonly (readonly Atom[])[]): Atom[] {
  const [first = [], ...others] = lists;
  return first.filter((atom) => others.every((list) => list.some((other) => sameAtom(atom, other))));
}

/** Rows by the list of groups that select them. */
function classesOf(rowCount: number, groups: readonly KeyGroup[], guard: readonly Atom[]): RowClass[] {
  const classOf = new Uint32Array(rowCount);
  const members: number[][] = [[]];
  groups.forEach((group, index) => {
    const successor = new Map<number, number>();
    const extend = (row: number) => {
      const before = classOf[row]!;
      let after = successor.get(before);
      if (after === undefined) {
        after = members.push([...members[before]!, index]) - 1;
        successor.set(before, after);
      }
      classOf[row] = after;
    };
    if (group.each.rows) group.each.rows.forEach(extend);
    else for (let row = 0; row < rowCount; row++) extend(row);
  });
  const sizes = new Uint32Array(members.length);
  for (const member of classOf) sizes[member]!++;
  const rows = members.map((_, member) => new Uint32Array(sizes[member]!));
  const filled = new Uint32Array(members.length);
  classOf.forEach((member, row) => {
    rows[member]![filled[member]!++] = row;
  });
  return members
    .map((indices, member) => ({
      rows: rows[member]!,
      rules: indices.flatMap((index) => groups[index]!.rules.map((keyed) => withoutGuard(keyed, guard))),
    }))
    .filter((rowClass) => rowClass.rows.length > 0 && rowClass.rules.length > 0);
}

function withoutGuard(keyed: KeyedRule, guard: readonly Atom[]): ProgramRule {
  return { ...keyed.rule, atoms: keyed.rest.filter((atom) => !guard.some((common) => sameAtom(atom, common))) };
}
