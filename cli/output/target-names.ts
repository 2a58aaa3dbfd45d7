/** Each target gets a folder of its name in the output; not every name can be one. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { MANIFEST } from './manifest.ts';
import { SOURCE_MAP } from './source-map.ts';

/** Bytes of a folder's name; file systems take 255. */
const LONGEST_NAME = 200;

/** Findings about targets whose names cannot be folders. */
export function targetNameFindings(names: readonly string[]): readonly Diagnostic[] {
  return names
    .filter((name) => !canBeFolder(name))
    .map((name) =>
      diagnostic(PROBLEMS.targetName, undefined, `target \`${name}\` cannot be the name of a folder`, {
        hint: 'Each target is written into a folder of its name: rename it.',
      }),
    );
}

function canBeFolder(name: string): boolean {
  const isTaken = name === MANIFEST || name === SOURCE_MAP;
  return !isTaken && !/^\.*$|[/\0]/.test(name) && new TextEncoder().encode(name).length <= LONGEST_NAME;
}
