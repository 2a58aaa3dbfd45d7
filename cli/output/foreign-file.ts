/** Files that stand where a command would write, and that it has not written: they are left alone. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** So many bytes of a file tell who has written it. */
const BEGINNING = 300;

/**
 * Whether something stands at the path that is not to be replaced: what is no regular file, or one whose beginning `isOurs` does
 * not know. Throws what the system says where that cannot be found out.
 */
export function isForeign(path: string, isOurs: (beginning: string) => boolean): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  // Of a device or a pipe, reading may never end.
  if (!found.isFile()) return true;
  return !isOurs(beginningOf(path));
}

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(BEGINNING);
    return bytes.subarray(0, readSync(file, bytes, 0, BEGINNING, 0)).toString();
  } finally {
    closeSync(file);
  }
}
