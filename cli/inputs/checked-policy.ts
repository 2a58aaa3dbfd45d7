/** A policy that was read and checked, of a file or of a revision, without being planned. */
import { checkPolicy } from '../../compiler/check.ts';
import type { CalendarDate } from '../../compiler/inputs.ts';
import type { Policy } from '../../compiler/model/index.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
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
    return { policy: undefined, shownPath: path, findings: [opened.finding], shown: (own) => own };
  }
  const { policy: file } = opened;
  const reader = revision === undefined ? undefined : revisionReader(file.folder, revision);
  const inputs = recordedInputs(file, today, reader);
  const { policy, diagnostics } = checkPolicy(file.source, inputs);
  const findings = withShownPaths(distinct(diagnostics), file, inputs.hasRead);
  return { policy, shownPath: file.shownPath, findings, shown: pathsOf(file, inputs.hasRead) };
}
