/** A policy that was read and checked, of a file or of a revision, without being planned. */
import { checkPolicy } from '../../compiler/check.ts';
import type { CalendarDate, Inputs } from '../../compiler/inputs.ts';
import type { Policy } from '../../compiler/model/index.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { distinct } from '../findings/distinct.ts';
import { pathsOf, withShownPaths } from '../findings/shown-paths.ts';
import type { Session } from '../session.ts';
import { openPolicy } from './policy-file.ts';
import { recordedInputs } from './recorded-inputs.ts';
import { openRevision, revisionReader } from './revision.ts';

export interface CheckedFile {
  /** Undefined: there is an error. */
  readonly policy: Policy | undefined;
  /** As people name the policy. */
  readonly shownPath: string;
  readonly findings: readonly Diagnostic[];
  /** How people would name a file that the policy's origins name. */
  readonly shown: (path: string) => string;
  /** Findings with their files so named. */
  readonly named: (findings: readonly Diagnostic[]) => readonly Diagnostic[];
  /** What it was read from; undefined: it could not be. */
  readonly source: { readonly main: SourceFile; readonly inputs: Inputs } | undefined;
}

/** Reads and checks the policy at `path`; with a `revision`, as it is there. */
export async function checkedPolicy(
  path: string,
  revision: string | undefined,
  today: CalendarDate | undefined,
  session: Session,
): Promise<CheckedFile> {
  const opened = revision === undefined ? await openPolicy(path, session) : openRevision(path, revision);
  if ('finding' in opened) {
    const same = <T>(own: T): T => own;
    return {
      policy: undefined,
      shownPath: path,
      findings: [opened.finding],
      shown: same,
      named: same,
      source: undefined,
    };
  }
  const { policy: file } = opened;
  const reader = revision === undefined ? undefined : revisionReader(file.folder, revision);
  const inputs = recordedInputs(file, today, reader);
  const { policy, diagnostics } = checkPolicy(file.source, inputs);
  const named = (findings: readonly Diagnostic[]) => withShownPaths(distinct(findings), file, inputs.hasRead);
  return {
    policy,
    shownPath: file.shownPath,
    findings: named(diagnostics),
    shown: pathsOf(file, inputs.hasRead),
    named,
    source: { main: file.source, inputs },
  };
}
