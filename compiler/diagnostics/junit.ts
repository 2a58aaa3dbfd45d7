/** Findings as a JUnit report (the form that Jenkins, GitLab and others read): a failed test for each finding. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { inOrder } from './order.ts';
import { placeOf } from './place.ts';

export interface JUnitOptions {
  /** What the suite is called: the policy. */
  readonly suite: string;
  /** Whether a finding is a failure; others are passed tests with their text in `system-out`. */
  readonly isFailure: (finding: Diagnostic) => boolean;
}

/** One `testsuite`, without the `testsuites` around it. A policy without findings is one test that passed. */
export function junitSuite(findings: readonly Diagnostic[], { suite, isFailure }: JUnitOptions): string {
  const cases = inOrder(findings).map((finding) => caseOf(finding, isFailure(finding)));
  if (cases.length === 0) cases.push(`    <testcase classname="${escapedForXml(suite)}" name="no findings"/>`);
  const failures = findings.filter(isFailure).length;
  const head = `  <testsuite name="${escapedForXml(suite)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">`;
  return [head, ...cases, '  </testsuite>', ''].join('\n');
}

/** A whole report of suites. */
export function junitReport(suites: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="sluice">\n${suites.join('')}</testsuites>\n`;
}

function caseOf(finding: Diagnostic, isFailure: boolean): string {
  const place = placeOf(finding);
  const where = place ? `${place.path}:${place.start.line}:${place.start.column}` : '';
  const text = [where, finding.message, finding.hint ?? ''].filter((part) => part !== '').join('\n');
  const name = `${finding.code} ${where}`.trim();
  const open = `    <testcase classname="${escapedForXml(place?.path ?? 'sluice')}" name="${escapedForXml(name)}">`;
  const body = isFailure
    ? `<failure type="${finding.severity}" message="${escapedForXml(finding.message)}">${escapedForXml(text)}</failure>`
    : `<system-out>${escapedForXml(text)}</system-out>`;
  return `${open}\n      ${body}\n    </testcase>`;
}

/** Text for XML 1.0, in attributes, too: characters that it cannot hold at all become U+FFFD. */
export function escapedForXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
