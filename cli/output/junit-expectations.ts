/** Expectations as a JUnit report: a test for each. */
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import { escapedForXml } from '../../compiler/diagnostics/junit.ts';
import { oneLine } from '../../compiler/3-check/origin.ts';
import type { ExaminedExpectation } from '../../compiler/semantics/expect.ts';

/** One `testsuite`; `suite`: the policy, as people name it. */
export function expectationSuite(suite: string, examined: readonly ExaminedExpectation[]): string {
  const failures = examined.filter(({ finding }) => finding !== undefined).length;
  const cases = examined.map(({ expectation, finding }) => {
    const { start } = placeOfSpan(expectation.span);
    const name = `line ${start.line}: ${oneLine(expectation.span)}`;
    const open = `    <testcase classname="${escapedForXml(suite)}" name="${escapedForXml(name)}"`;
    if (!finding) return `${open}/>`;
    const text = [finding.message, finding.hint ?? ''].filter((part) => part !== '').join('\n');
    const failure = `<failure type="${finding.code}" message="${escapedForXml(finding.message)}">${escapedForXml(text)}</failure>`;
    return `${open}>\n      ${failure}\n    </testcase>`;
  });
  const counts = `tests="${examined.length}" failures="${failures}" errors="0" skipped="0"`;
  return [`  <testsuite name="${escapedForXml(suite)}" ${counts}>`, ...cases, '  </testsuite>', ''].join('\n');
}
