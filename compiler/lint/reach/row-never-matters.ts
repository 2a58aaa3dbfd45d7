import { decisionKey } from '../../6-plan/commute.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import type { Table } from '../../model/table.ts';
import { ruleOf } from '../packets/entries.ts';
import { coveragesOf } from '../packets/policy-coverage.ts';
import type { StageCoverage } from '../packets/stage-coverage.ts';
import type { LintRule, Observation } from '../rule.ts';

export const rowNeverMatters: LintRule = {
  code: 'SL1404',
  name: 'row-never-matters',
  group: 'reach',
  severity: 'warning',
  title: 'rows of an `each` that no packet reaches',
  finds: `Rows of a table for which no rule of an \`each\` decides anything, while other rows do matter: for all packets of such a row,
rules before have decided. Exact, as in \`unreachable\`. A row without a value where the rules ask for one is left alone.
Where the rules before decide just what the row's would, it is a note: members that are cut off for now need no rules of their own.`,
  matters: 'Somebody entered the row for a reason: a forwarding that does not forward, an exception that is none.',
  remedy: 'Look at the rule before that is for all packets of the row, or take the row out of the table.',
  bad: `table forwards(room: ipv4, port: port, key (room, port)) = {
  (10.1.0.9, 22),
  (10.2.0.9, 443)
}
filter forward default drop {
  drop to 10.1.0.0/16 tcp
  each f in forwards { allow to f.room tcp/f.port }
}
`,
  good: `table forwards(room: ipv4, port: port, key (room, port)) = {
  (10.1.0.9, 22),
  (10.2.0.9, 443)
}
filter forward default drop {
  each f in forwards { allow to f.room tcp/f.port }
  drop to 10.1.0.0/16 tcp
}
`,
  *run(context) {
    for (const coverage of coveragesOf(context)) {
      for (const [each, rows] of deadRowsOf(coverage)) yield observation(coverage, each, rows);
    }
  },
};

const MOST_NAMED = 5;

/** For each `each` of which some rows matter, those that do not, ascending. */
function deadRowsOf(coverage: StageCoverage): ReadonlyMap<number, readonly number[]> {
  const { entries } = coverage;
  const alive = entries.eaches.map(() => new Set<number>());
  const dead = entries.eaches.map(() => new Set<number>());
  for (let entry = 0; entry < entries.count; entry++) {
    const each = entries.eachAt[entry]!;
    if (each < 0) continue;
    const reach = coverage.reachOf(entry);
    if (reach === 'unreached') dead[each]!.add(entries.rowAt[entry]!);
    else if (reach !== 'none') alive[each]!.add(entries.rowAt[entry]!);
  }
  const result = new Map<number, readonly number[]>();
  entries.eaches.forEach((_, each) => {
    const rows = [...dead[each]!].filter((row) => !alive[each]!.has(row)).toSorted((a, b) => a - b);
    if (rows.length > 0 && alive[each]!.size > 0) result.set(each, rows);
  });
  return result;
}

function observation(coverage: StageCoverage, number: number, rows: readonly number[]): Observation {
  const each = coverage.entries.eaches[number]!;
  const { table } = each.row;
  const named = rows.slice(0, MOST_NAMED).map((row) => rowName(table, row));
  const more = rows.length > MOST_NAMED ? `, and ${rows.length - MOST_NAMED} more` : '';
  const which = rows.length === 1 ? 'a row' : `${rows.length} rows`;
  return {
    span: each.origin.span,
    ...(haveTheSameDecided(coverage, number, rows) ? { severity: 'note' } : {}),
    message: `no packet reaches the rules for ${which} of \`${table.name}\`: ${named.join(', ')}${more}`,
    hint: 'Rules before decide about all packets of these rows: move the `each` before them, or take the rows out.',
  };
}

/** Of more rows than this, the first ones speak for all. */
const MOST_EXPLAINED = 32;

/** Whether packets of these rows have the same decided before as the rules for the rows would decide. */
function haveTheSameDecided(coverage: StageCoverage, each: number, rows: readonly number[]): boolean {
  const { entries } = coverage;
  const wanted = new Set(rows.slice(0, MOST_EXPLAINED));
  for (let entry = 0; entry < entries.count; entry++) {
    if (entries.eachAt[entry] !== each || !wanted.has(entries.rowAt[entry]!)) continue;
    const rule = ruleOf(entries, entry);
    const key = decisionKey(rule.decision);
    if (key === undefined || rule.effects.length > 0) return false;
    const covers = familiesOf(rule).map((family) => coverage.coverOf(entry, family));
    const keepers = covers.flatMap((cover) => (typeof cover === 'string' ? [] : cover));
    if (!keepers.every((keeper) => decisionKey(ruleOf(entries, keeper).decision) === key)) return false;
  }
  return true;
}

/** `users.csv:12`, or which row it is of those in the policy. */
function rowName({ path, lines }: Table, row: number): string {
  return path === undefined ? `row ${row + 1}` : `${path}:${lines[row]}`;
}
