/** Where this copy of Sluice stands, and which it is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of `package.json`: the same whether this module runs from source or from `dist/`. */
export const packageFolder = folderWithPackage(dirname(fileURLToPath(import.meta.url)));

/** The version of this copy: `0.1.0`. */
export const version = versionOf(join(packageFolder, 'package.json'));

function folderWithPackage(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}

function versionOf(path: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof manifest === 'object' && manifest && 'version' in manifest && typeof manifest.version === 'string') {
    return manifest.version;
  }
  throw new Error(`${path} names no version`);
}
