/**
 * Findings as workflow commands of GitHub Actions, which shows them beside the lines of a change
 * (docs.github.com, "Workflow commands for GitHub Actions").
 */
import type { Diagnostic, Severity } from '../../grammar/diagnostic.ts';
import { inOrder } from './order.ts';
import { placeOf } from './place.ts';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** A line for each finding, in order. */
export function renderForGitHub(findings: readonly Diagnostic[]): string {
  return inOrder(findings)
    .map((finding) => `${annotation(finding)}\n`)
    .join('');
}

function annotation(finding: Diagnostic): string {
  const place = placeOf(finding);
  const where: readonly (readonly [string, string | number])[] = place
    ? [
        ['file', place.path],
        ['line', place.start.line],
        ['endLine', place.end.line],
        ['col', place.start.column],
        ['endColumn', place.end.column],
      ]
    : [];
  const properties = [...where, ['title', finding.code] as const]
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  const text = finding.hint === undefined ? finding.message : `${finding.message}\nhint: ${finding.hint}`;
  return `::${COMMANDS[finding.severity]} ${properties}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
