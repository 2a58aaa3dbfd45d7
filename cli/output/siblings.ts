/**
 * The hidden folders beside an output folder: the new one while it is written, and the previous one while they change
 * places. Their names tell which process made them, so that what a killed one left behind is found again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../system-error.ts';

/** Bytes; leaves room for what stands around it. */
const LONGEST_NAME = 200;

type Role = 'new' | 'previous';

/** A name beside `folder` that nobody else uses. */
export function siblingName(folder: string, role: Role): string {
  return join(dirname(folder), `${prefixOf(folder)}${role}-${process.pid}-${randomBytes(4).toString('hex')}`);
}

/** Makes the folder that the new output is written to. */
export function makeSibling(folder: string): string {
  const path = siblingName(folder, 'new');
  mkdirSync(path);
  return path;
}

/**
 * Clears what processes left that were killed while they wrote `folder`. One killed between the two renames left no folder
 * at all: then the previous one is put back.
 */
export function clearLeftovers(folder: string): void {
  for (const { path, role } of leftovers(folder)) {
    if (role === 'previous' && !existsSync(folder)) renameSync(path, folder);
    else rmSync(path, { recursive: true, force: true });
  }
}

function leftovers(folder: string): readonly { readonly path: string; readonly role: Role }[] {
  const prefix = prefixOf(folder);
  return readdirSync(dirname(folder))
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .flatMap((name) => {
      const parts = /^(new|previous)-(\d+)-[0-9a-f]{8}$/.exec(name.slice(prefix.length));
      if (!parts || isRunningElsewhere(Number(parts[2]))) return [];
      return [{ path: join(dirname(folder), name), role: parts[1] === 'new' ? 'new' : 'previous' } as const];
    });
}

/** In a container every run may have one number; this process has made nothing yet. */
function isRunningElsewhere(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted to signal it: then it is there.
    return !(isSystemError(error) && error.code === 'ESRCH');
  }
}

/** A file's name has at most 255 bytes, so a very long one is stood for by its hash. */
function prefixOf(folder: string): string {
  const name = basename(folder);
  const isLong = Buffer.byteLength(name) > LONGEST_NAME;
  return `.${isLong ? createHash('sha256').update(name).digest('hex') : name}.sluice-`;
}
