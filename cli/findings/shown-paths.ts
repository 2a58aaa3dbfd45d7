/**
 * Inside a compile, files are named from the policy's folder, so that artifacts do not depend on where the command was
 * started. People get them as seen from where they are.
 */
import { dirname, isAbsolute, join } from 'node:path';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile, Span } from '../../grammar/source.ts';
import type { PolicyFile } from '../inputs/policy-file.ts';

/** How people would name a file that a compile names. `isFile`: the path is of a file that was read. */
export function pathsOf(policy: PolicyFile, isFile: (path: string) => boolean): (path: string) => string {
  return (path) => {
    if (path === policy.source.path) return policy.shownPath;
    return isFile(path) && !isAbsolute(path) ? join(dirname(policy.shownPath), path) : path;
  };
}

/** The findings with the paths of all files as the user would name them. `isFile`: the path is of a file that was read. */
export function withShownPaths(
  findings: readonly Diagnostic[],
  policy: PolicyFile,
  isFile: (path: string) => boolean,
): readonly Diagnostic[] {
  const shownPath = pathsOf(policy, isFile);
  const shownSources = new Map<SourceFile, SourceFile>();
  const shownSpan = (span: Span): Span => {
    const source = shownSources.get(span.source) ?? { ...span.source, path: shownPath(span.source.path) };
    shownSources.set(span.source, source);
    return { ...span, source };
  };
  return findings.map((finding) => ({
    ...finding,
    span: finding.span && shownSpan(finding.span),
    labels: finding.labels.map((label) => ({ ...label, span: shownSpan(label.span) })),
    ...(finding.cell ? { cell: { ...finding.cell, path: shownPath(finding.cell.path) } } : {}),
  }));
}
