/** Files as a revision of a git repository has them. */
import { execFileSync } from 'node:child_process';
import { basename, dirname, isAbsolute, posix } from 'node:path';
import type { Unreadable } from '../../compiler/inputs.ts';
import { diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { policyOf, type OpenedPolicy } from './policy-file.ts';

const LARGEST_FILE = 2 ** 30;

/** The policy that stood at `path` in a revision. */
export function openRevision(path: string, revision: string): OpenedPolicy {
  const folder = dirname(path);
  const found = readIn(folder, revision, basename(path));
  const shownPath = `${revision}:${path}`;
  if (found instanceof Uint8Array) return policyOf(found, path, shownPath);
  const why = found ? found.reason : 'the revision has no such file';
  return { finding: diagnostic(PROBLEMS.unreadableRevision, undefined, `${shownPath} cannot be read: ${why}`) };
}

/** Reads files of a revision by their paths from a folder of the work tree. */
export function revisionReader(
  folder: string,
  revision: string,
): (path: string) => Uint8Array | Unreadable | undefined {
  return (path) => readIn(folder, revision, path);
}

function readIn(folder: string, revision: string, path: string): Uint8Array | Unreadable | undefined {
  if (path.includes('\0')) return undefined;
  if (isAbsolute(path)) return { reason: 'it is not in the repository' };
  const name = posix.normalize(path);
  try {
    return git(folder, ['show', `${revision}:./${name}`]);
  } catch (error) {
    return isAbsent(folder, revision, name) ? undefined : { reason: reasonOf(error) };
  }
}

/** Whether the revision is there, and only lacks the file. */
function isAbsent(folder: string, revision: string, name: string): boolean {
  try {
    return git(folder, ['ls-tree', '--name-only', revision, '--', `./${name}`]).length === 0;
  } catch {
    return false;
  }
}

function git(folder: string, words: readonly string[]): Uint8Array {
  return execFileSync('git', ['-C', folder, ...words], {
    maxBuffer: LARGEST_FILE,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The first line of what git said. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const [line = ''] = said.split('\n');
  if (line !== '') return line.replace(/^fatal: /, '');
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? 'there is no git'
    : 'git cannot read it';
}
