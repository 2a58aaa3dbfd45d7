/** Which files `sluice fmt` is about. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';

const ENDING = '.sluice';

/**
 * The files that the arguments name: a file is itself, a folder is every policy in and below it, in order. Hidden folders
 * and `node_modules` below a folder are somebody else's. What cannot be listed is added to `findings`.
 */
export function policyFiles(paths: readonly string[], findings: Diagnostic[]): readonly string[] {
  const files = paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory() ? policiesBelow(path) : [path];
    } catch (error) {
      findings.push(diagnostic(PROBLEMS.unreadable, undefined, `${path} cannot be read: ${reasonOf(error)}`));
      return [];
    }
  });
  return [...new Set(files)];
}

function policiesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const isOthers = entry.name.startsWith('.') || entry.name === 'node_modules';
    if (entry.isDirectory()) return isOthers ? [] : policiesBelow(path);
    return entry.isFile() && entry.name.endsWith(ENDING) ? [path] : [];
  });
}
