/** Gives files a new content whole or not at all: written beside them, then renamed over them. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { whileInterruptible } from './interrupts.ts';
import { NO_FILE } from '../system-error.ts';
import { writeFile } from './write-file.ts';

export interface NewFile {
  readonly path: string;
  readonly content: readonly Uint8Array[];
}

export async function replaceFile(path: string, content: readonly Uint8Array[]): Promise<void> {
  await replaceFiles([{ path, content }]);
}

/**
 * Replaces all of the files once all are written, or none. Keeps a file's mode and owner; of a symbolic link, replaces what it
 * leads to. The files need not be there yet.
 */
export async function replaceFiles(files: readonly NewFile[]): Promise<void> {
  const replacements = files.map(({ path, content }) => ({ ...placeOf(path), content }));
  const remove = (): void => {
    for (const { fresh } of replacements) rmSync(fresh, { force: true });
  };
  try {
    await whileInterruptible(remove, async (turn) => {
      for (const { former, fresh, content } of replacements) {
        await writeFile(fresh, content, turn, former ? 0o600 : 0o666);
        if (!former) continue;
        const made = statSync(fresh);
        if (made.uid !== former.uid || made.gid !== former.gid) chownSync(fresh, former.uid, former.gid);
        chmodSync(fresh, former.mode & 0o7777);
      }
      for (const { fresh, real } of replacements) renameSync(fresh, real);
    });
  } catch (error) {
    remove();
    throw error;
  }
}

/** A device or a pipe: renamed over, `/dev/null` would be a file for the whole host. */
class NotAFile extends Error {
  readonly code = NO_FILE;
}

/** What is replaced, and what is written beside it first. */
function placeOf(path: string): { readonly real: string; readonly former: Stats | undefined; readonly fresh: string } {
  const real = existsSync(path) ? realpathSync(path) : path;
  const former = existsSync(real) ? statSync(real) : undefined;
  if (former && !former.isFile() && !former.isDirectory()) throw new NotAFile(real);
  // Renaming needs no right to write the file itself; a file that is write-protected is meant to stay.
  if (former) accessSync(real, constants.W_OK);
  return {
    real,
    former,
    fresh: join(dirname(real), `.${basename(real).slice(0, 40)}.${randomBytes(4).toString('hex')}`),
  };
}
