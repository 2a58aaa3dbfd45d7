/** Why an output folder cannot be written, as findings. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';
import { examineFolder } from './existing-folder.ts';
import { ForeignFolder } from './write-folder.ts';

/** What stands in the way of an output folder, seen without writing: said before a long compile rather than after it. */
export function obstacleFinding(folder: string): Diagnostic | undefined {
  try {
    const found = examineFolder(folder);
    return found.state === 'foreign' ? outputFinding(folder, new ForeignFolder(found)) : undefined;
  } catch (error) {
    return outputFinding(folder, error);
  }
}

/** The finding for what `writeFolder` threw. `folder`: as the user named it. */
export function outputFinding(folder: string, error: unknown): Diagnostic {
  if (error instanceof ForeignFolder) {
    const { why, hint } = error.found;
    return diagnostic(PROBLEMS.notOurFolder, undefined, `${folder} ${why}`, { hint });
  }
  return diagnostic(PROBLEMS.unwritable, undefined, `${folder} cannot be written: ${reasonOf(error)}`);
}

export function leftBehindFinding(path: string): Diagnostic {
  return diagnostic(PROBLEMS.leftBehind, undefined, `the previous output could not be removed: it is now ${path}`, {
    hint: 'The new output is in place. Remove the previous one by hand.',
  });
}
