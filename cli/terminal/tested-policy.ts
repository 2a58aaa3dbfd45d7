/** What a policy's expectations came to, for people. */
import { oneLine } from '../../compiler/3-check/origin.ts';
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import type { CoveredRule } from '../../compiler/expectations/coverage.ts';
import type { ExaminedExpectation } from '../../compiler/semantics/expect.ts';
import type { TriedExpectation } from '../kernel/try-expectations.ts';
import { formatCount } from './numbers.ts';
import { tableLines } from './table.ts';

/** Lines, each with its end: every expectation, and how many held. */
export function expectationsText(shownPath: string, examined: readonly ExaminedExpectation[]): string {
  const rows = examined.map(({ expectation, finding }) => [
    finding ? 'FAILED' : 'ok',
    String(placeOfSpan(expectation.span).start.line),
    oneLine(expectation.span),
  ]);
  const failed = examined.filter(({ finding }) => finding !== undefined).length;
  const count = `${formatCount(examined.length)} ${examined.length === 1 ? 'expectation' : 'expectations'}`;
  const summary =
    examined.length === 0
      ? 'no expectations'
      : failed === 0
        ? `${count}, all held`
        : `${count}, ${formatCount(failed)} not met`;
  return [`${shownPath}: ${summary}`, ...tableLines(rows, ['left', 'right', 'left'], '  '), ''].join('\n');
}

const OUTCOMES = { held: 'ok', 'not met': 'FAILED', 'not tried': 'not tried' } as const;

/** What the kernel made of them. */
export function triedText(tried: readonly TriedExpectation[]): string {
  const rows = tried.map(({ expectation, outcome }) => [
    OUTCOMES[outcome],
    String(placeOfSpan(expectation.span).start.line),
    oneLine(expectation.span),
  ]);
  const counts = (['held', 'not met', 'not tried'] as const)
    .map((wanted) => ({ wanted, count: tried.filter(({ outcome }) => outcome === wanted).length }))
    .filter(({ count }) => count > 0)
    .map(({ wanted, count }) => `${formatCount(count)} ${wanted}`);
  const summary = counts.length === 0 ? 'nothing was tried' : counts.join(', ');
  return [`  in the kernel: ${summary}`, ...tableLines(rows, ['left', 'right', 'left'], '  '), ''].join('\n');
}

/** How many rules are touched, and which are not. */
export function coverageText(rules: readonly CoveredRule[], shown: (path: string) => string): string {
  const untouched = rules.filter(({ hits }) => hits === 0);
  const percent = rules.length === 0 ? 100 : Math.floor((100 * (rules.length - untouched.length)) / rules.length);
  const head = `  ${formatCount(rules.length - untouched.length)} of ${formatCount(rules.length)} rules touched (${percent} %)`;
  const lines = untouched.map(({ origin, block, isDefault }) => {
    const { path, start } = placeOfSpan(origin.span);
    return [`${shown(path)}:${start.line}`, block, `${origin.text}${isDefault ? ' (by default)' : ''}`];
  });
  return [head, ...tableLines(lines, ['left', 'left', 'left'], '  untouched  '), ''].join('\n');
}
