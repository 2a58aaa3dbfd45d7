/** What of a dump has no place in a policy because no packet's fate hangs on it. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { DumpTable } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import type { ImportedRule } from '../rules.ts';
import type { Rules } from './uses.ts';

/** So many chains are named. */
const MOST_NAMES = 8;

/** One warning for all chains of the table that have rules and that nobody comes into. */
export function unusedChains(table: DumpTable, rules: Rules, uses: ReadonlyMap<string, number>): Diagnostic[] {
  const unused = table.chains.filter(({ name }) => !uses.has(name) && rules.has(name));
  const [first] = unused;
  if (!first) return [];
  const names = unused.slice(0, MOST_NAMES).map(({ name }) => `\`${name}\``);
  const more = unused.length > MOST_NAMES ? ` and ${unused.length - MOST_NAMES} more` : '';
  const message = `nothing leads to the rules of ${names.join(', ')}${more}: they are left out`;
  const hint = 'If another program adds the jump later, add it to a copy of the dump.';
  return [diagnostic(PROBLEMS.leftOut, first.span, message, { hint })];
}

/** One warning for all rules that count and do nothing else. */
export function leftOutCounters(rules: readonly ImportedRule[]): Diagnostic[] {
  const counters = rules.filter(({ outcome, effects }) => outcome.kind === 'none' && effects.length === 0);
  const [first] = counters;
  if (!first) return [];
  const message =
    counters.length === 1
      ? 'the rule has no target: its counter is left out'
      : `${counters.length} rules have no target, this one first: their counters are left out`;
  const hint = 'Which packets pass does not change. `count as …` is what counts in a policy.';
  return [diagnostic(PROBLEMS.leftOut, first.span, message, { hint })];
}
