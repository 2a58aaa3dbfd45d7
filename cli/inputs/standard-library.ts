/** The modules of the standard library, which come with the package. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../package.ts';

const folder = join(packageFolder, 'stdlib');
const ENDING = '.sluice';

/** The names of all modules, in order: `services` for `std.services`. */
export function standardModules(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ENDING))
    .map((entry) => entry.name.slice(0, -ENDING.length))
    .toSorted();
}

/** The text of a module that `standardModules` names. */
export function standardModule(name: string): string {
  return readFileSync(join(folder, name + ENDING), 'utf8');
}
