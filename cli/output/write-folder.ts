/**
 * Writes an output folder whole or not at all: into a hidden folder beside it, down to the disk, then into place by
 * renaming. Whatever goes wrong, the folder that was there before stays as it was.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, rmdirSync, statSync, chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError } from '../system-error.ts';
import { examineFolder, type ExistingFolder } from './existing-folder.ts';
import type { OutputFile } from './output-file.ts';
import { clearLeftovers, makeSibling, siblingName } from './siblings.ts';
import { whileInterruptible } from './interrupts.ts';
import { writeFile } from './write-file.ts';

/** The folder holds something that must not be lost. */
export class ForeignFolder extends Error {
  readonly found: ExistingFolder & { readonly state: 'foreign' };

  constructor(found: ExistingFolder & { readonly state: 'foreign' }) {
    super(found.why);
    this.found = found;
  }
}

export interface Written {
  /** Where the previous output still is because it could not be removed; undefined: it is gone, or there was none. */
  readonly leftBehind: string | undefined;
}

/**
 * Puts a folder with exactly these files at `folder`, in place of an earlier output. Throws `ForeignFolder`, or the
 * system's error; then nothing has changed. A signal that ends the process is obeyed, after cleaning up.
 */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<Written> {
  const { path } = replaceable(folder);
  const madeParent = mkdirSync(dirname(path), { recursive: true });
  let fresh: string | undefined;
  const undo = (): void => {
    if (fresh !== undefined) rmSync(fresh, { recursive: true, force: true });
    if (madeParent !== undefined) removeEmpty(dirname(path), madeParent);
  };
  try {
    return await whileInterruptible(undo, async (turn) => {
      clearLeftovers(path);
      fresh = makeSibling(path);
      await fill(fresh, files, turn);
      return moveIntoPlace(fresh, path);
    });
  } catch (error) {
    undo();
    throw error;
  }
}

async function fill(fresh: string, files: readonly OutputFile[], turn: () => Promise<void>): Promise<void> {
  const folders = foldersOf(files);
  for (const folder of folders) mkdirSync(join(fresh, folder));
  for (const file of files) await writeFile(join(fresh, file.path), file.content, turn);
  for (const folder of ['', ...folders]) syncFolder(join(fresh, folder));
}

/** Nothing here lets the event loop run, so a signal that is caught comes before or after all of it. */
function moveIntoPlace(fresh: string, path: string): Written {
  // Looked at again: it may have changed since the compile began.
  const { state } = replaceable(path);
  if (state !== 'absent') chmodSync(fresh, statSync(path).mode & 0o7777);
  if (state !== 'ours') {
    // Over nothing, or over an empty folder: one step.
    renameSync(fresh, path);
    syncFolder(dirname(path));
    return { leftBehind: undefined };
  }
  const previous = siblingName(path, 'previous');
  renameSync(path, previous);
  try {
    renameSync(fresh, path);
  } catch (error) {
    renameSync(previous, path);
    throw error;
  }
  syncFolder(dirname(path));
  return { leftBehind: removePrevious(previous) };
}

function removePrevious(previous: string): string | undefined {
  try {
    rmSync(previous, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return previous;
  }
}

function replaceable(folder: string): Exclude<ExistingFolder, { state: 'foreign' }> {
  const found = examineFolder(folder);
  if (found.state === 'foreign') throw new ForeignFolder(found);
  return found;
}

/** The folders that the files stand in, each after the one that holds it. */
function foldersOf(files: readonly OutputFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    const steps = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= steps.length; depth++) folders.add(steps.slice(0, depth).join('/'));
  }
  return [...folders];
}

/** Brings a folder's entries to the disk, where the file system can. */
function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network and overlay file systems cannot do this for folders.
    if (!isSystemError(error) || !['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'].includes(error.code)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Removes the folders from `deepest` up to `highest`, as long as they are empty. */
function removeEmpty(deepest: string, highest: string): void {
  try {
    for (let folder = deepest; folder.startsWith(highest); folder = dirname(folder)) rmdirSync(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
