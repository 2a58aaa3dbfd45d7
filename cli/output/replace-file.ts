/** Gives a file a new content whole or not at all: written beside it, then renamed over it. */
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
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { whileInterruptible } from './interrupts.ts';
import { writeFile } from './write-file.ts';

/** Keeps the file's mode and owner; of a symbolic link, replaces what it leads to. The file need not be there yet. */
export async function replaceFile(path: string, content: readonly Uint8Array[]): Promise<void> {
  const real = existsSync(path) ? realpathSync(path) : path;
  const former = existsSync(real) ? statSync(real) : undefined;
  // Renaming needs no right to write the file itself; a file that is write-protected is meant to stay.
  if (former) accessSync(real, constants.W_OK);
  const fresh = join(dirname(real), `.${basename(real).slice(0, 40)}.${randomBytes(4).toString('hex')}`);
  const remove = (): void => rmSync(fresh, { force: true });
  try {
    await whileInterruptible(remove, async (turn) => {
      await writeFile(fresh, content, turn, former ? 0o600 : 0o666);
      if (former) {
        const made = statSync(fresh);
        if (made.uid !== former.uid || made.gid !== former.gid) chownSync(fresh, former.uid, former.gid);
        chmodSync(fresh, former.mode & 0o7777);
      }
      renameSync(fresh, real);
    });
  } catch (error) {
    remove();
    throw error;
  }
}
