/** Expectations as a JUnit report: a test for each. */
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import { escapedForXml } from '../../compiler/diagnostics/junit.ts';
import { oneLine } from '../../compiler/3-check/origin.ts';
import type { ExaminedExpectation } from '../../compiler/semantics/expect.ts';

/** A line, and what is told of it. */
export interface TestedLine extends Pick<ExaminedExpectation, 'expectation' | 'finding'> {
  /** What is told is why it was not run. */
  readonly skipped?: boolean;
}

/** One `testsuite`; `suite`: the policy, as people name it. */
export function expectationSuite(suite: string, examined: readonly TestedLine[]): string {
  const skips = examined.filter(({ skipped }) => skipped ?? false).length;
  const failures = examined.filter(({ finding }) => finding !== undefined).length - skips;
  const cases = examined.map(({ expectation, finding, skipped }) => {
    const { start } = placeOfSpan(expectation.span);
    const name = `line ${start.line}: ${oneLine(expectation.span)}`;
    const open = `    <testcase classname="${escapedForXml(suite)}" name="${escapedForXml(name)}"`;
    if (!finding) return `${open}/>`;
    if (skipped) return `${open}>\n      <skipped message="${escapedForXml(finding.message)}"/>\n    </testcase>`;
    const text = [finding.message, finding.hint ?? ''].filter((part) => part !== '').join('\n');
    const failure = `<failure type="${finding.code}" message="${escapedForXml(finding.message)}">${escapedForXml(text)}</failure>`;
    return `${open}>\n      ${failure}\n    </testcase>`;
  });
  const counts = `tests="${examined.length}" failures="${failures}" errors="0" skipped="${skips}"`;
  return [`  <testsuite name="${escapedForXml(suite)}" ${counts}>`, ...cases, '  </testsuite>', ''].join('\n');
}
