/** What stands where an output folder is to be, and whether it may be replaced. */
import { lstatSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isSystemError } from '../system-error.ts';
import { MANIFEST } from './manifest.ts';
import { outputsOfManifest } from './read-manifest.ts';

/** So many files that are not ours are named. */
const NAMED = 3;

export type ExistingFolder =
  | { readonly state: 'absent' | 'empty' | 'ours'; readonly path: string }
  /** `why` follows the folder's name: `is a file`. */
  | { readonly state: 'foreign'; readonly why: string; readonly hint: string };

/**
 * Looks at the place of an output folder. `path` of the answer is absolute and leads through no symbolic link at its end,
 * so that renaming replaces the folder and not a link to it.
 */
export function examineFolder(folder: string): ExistingFolder {
  const path = realPath(resolve(folder));
  if (!path) return { state: 'absent', path: resolve(folder) };
  if (!statSync(path).isDirectory()) return foreign('is a file', 'Choose another folder.');
  if (holds(path, process.cwd())) {
    const hint = 'The folder is replaced as a whole, so give one inside it: -o out';
    return foreign('is or holds the folder that the command was started in', hint);
  }
  if (statSync(path).dev !== statSync(dirname(path)).dev) {
    const hint = `The folder is replaced as a whole, and a mount point cannot be: give a folder inside it.`;
    return foreign('is a mount point', hint);
  }
  const files = filesIn(path);
  if (files.length === 0) return { state: 'empty', path };
  return examineContent(path, files);
}

function examineContent(path: string, files: readonly string[]): ExistingFolder {
  const outputs = files.includes(MANIFEST) ? outputsOfManifest(readFileSync(join(path, MANIFEST), 'utf8')) : undefined;
  if (!outputs) {
    return foreign('is not empty and is no output of Sluice', 'Choose another folder, or empty this one.');
  }
  const known = new Set([MANIFEST, ...outputs]);
  const others = files.filter((file) => !known.has(file));
  if (others.length === 0) return { state: 'ours', path };
  const names = others.slice(0, NAMED).join(', ');
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  return foreign(`holds files that Sluice did not write: ${names}${more}`, 'Move them away, or choose another folder.');
}

function foreign(why: string, hint: string): ExistingFolder {
  return { state: 'foreign', why, hint };
}

/** The path without symbolic links, or undefined where nothing is. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    // A link that leads nowhere is something, and writing to it would replace it.
    if (isSystemError(error) && error.code === 'ENOENT' && !isLink(path)) return undefined;
    throw error;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function holds(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** Everything below a folder that is no folder, as paths relative to it with `/`, in order. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}
