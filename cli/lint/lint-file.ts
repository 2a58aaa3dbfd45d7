/** One policy's file in; what lint has to say about it out, with paths as the user would name them. */
import type { CalendarDate } from '../../compiler/inputs.ts';
import { lintPolicy, type LintedPolicy } from '../../compiler/lint/lint.ts';
import type { Plane } from '../../compiler/plane.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { byteOrderMarkLength } from '../../compiler/1-load/utf8.ts';
import { fixPolicy } from '../../compiler/lint/fix.ts';
import { distinct } from '../findings/distinct.ts';
import { withShownPaths } from '../findings/shown-paths.ts';
import { replacePolicy } from '../format/replace-policy.ts';
import { openPolicy, shownPathOf, type PolicyFile } from '../inputs/policy-file.ts';
import { recordedInputs } from '../inputs/recorded-inputs.ts';
import type { Session } from '../session.ts';

interface LintSurroundings {
  readonly session: Session;
  /** With the prices by which plans are made. */
  readonly planes: readonly Plane[];
  readonly onPhase: (phase: string) => void;
}

export interface LintedFile {
  /** As the user named it. */
  readonly path: string;
  readonly findings: readonly Diagnostic[];
  readonly suppressed: number;
  /** Undefined: the file could not be read. */
  readonly read: { readonly policy: PolicyFile; readonly result: LintedPolicy } | undefined;
}

/** Writes what can be mended into the file; how many findings that were, or why it could not be written. */
export async function fixFile(
  path: string,
  { policy, result }: NonNullable<LintedFile['read']>,
  today: CalendarDate,
  planes: readonly Plane[],
): Promise<number | Diagnostic> {
  const fixed = fixPolicy(policy.source, recordedInputs(policy, today), result.findings, planes[0]!.prices);
  if (!fixed) return 0;
  const mark = policy.bytes.subarray(0, byteOrderMarkLength(policy.bytes));
  const content = Buffer.concat([mark, new TextEncoder().encode(fixed.text)]);
  return (await replacePolicy(path, content)) ?? fixed.count;
}

export async function lintFile(
  path: string,
  today: CalendarDate,
  { session, planes, onPhase }: LintSurroundings,
): Promise<LintedFile> {
  const shownPath = shownPathOf(path);
  const opened = await openPolicy(path, session);
  if ('finding' in opened) return { path: shownPath, findings: [opened.finding], suppressed: 0, read: undefined };
  const { policy } = opened;
  const inputs = recordedInputs(policy, today);
  const result = lintPolicy(policy.source, inputs, { planes, onPhase });
  const findings = withShownPaths(distinct(result.diagnostics), policy, inputs.hasRead);
  return { path: shownPath, findings, suppressed: result.suppressed, read: { policy, result } };
}
