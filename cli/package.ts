/** Where this copy of Sluice stands, and which it is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of `package.json`: the same whether this module runs from source or from `dist/`. */
export const packageFolder = folderWithPackage(dirname(fileURLToPath(import.meta.url)));

const manifest = readManifest(join(packageFolder, 'package.json'));

/** The version of this copy: `0.1.0`. */
export const version = manifest.version;

/** What Sluice is, in one sentence without a full stop. */
export const summary = manifest.description;

function folderWithPackage(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}

function readManifest(path: string): { readonly version: string; readonly description: string } {
  return JSON.parse(readFileSync(path, 'utf8')) as { version: string; description: string };
}
