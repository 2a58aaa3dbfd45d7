/** Gives a file a new content whole or not at all: written beside it, then renamed over it. */
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, chownSync, constants, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';
import { whileInterruptible } from '../output/interrupts.ts';
import { writeFile } from '../output/write-file.ts';

/** Keeps the file's mode and owner; of a symbolic link, replaces what it leads to. Returns why that was not possible. */
export async function replaceFile(path: string, content: Uint8Array): Promise<Diagnostic | undefined> {
  try {
    await replace(path, content);
    return undefined;
  } catch (error) {
    return diagnostic(PROBLEMS.unformatted, undefined, `${path} cannot be written: ${reasonOf(error)}`);
  }
}

async function replace(path: string, content: Uint8Array): Promise<void> {
  const real = realpathSync(path);
  // Renaming needs no right to write the file itself; a file that is write-protected is meant to stay.
  accessSync(real, constants.W_OK);
  const { mode, uid, gid } = statSync(real);
  const fresh = join(dirname(real), `.${basename(real).slice(0, 40)}.${randomBytes(4).toString('hex')}`);
  const remove = (): void => rmSync(fresh, { force: true });
  try {
    await whileInterruptible(remove, async (turn) => {
      await writeFile(fresh, [content], turn, 0o600);
      const made = statSync(fresh);
      if (made.uid !== uid || made.gid !== gid) chownSync(fresh, uid, gid);
      chmodSync(fresh, mode & 0o7777);
      renameSync(fresh, real);
    });
  } catch (error) {
    remove();
    throw error;
  }
}
