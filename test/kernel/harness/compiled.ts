/** C sources, compiled once for each content into a cache folder outside the tree. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/sluice/', import.meta.url));

export interface Compilation {
  /** Of the file that is made; a hash of what it is made from is appended. */
  name: string;
  compiler: string;
  arguments: readonly string[];
  /** Sources to compile, and what they include, by path. */
  sources: readonly string[];
  headers?: readonly string[];
  /** Behind the sources: libraries. */
  libraries?: readonly string[];
}

/** Path of the compiled file. Throws with the compiler's messages if it cannot be compiled. */
export function compiled(wanted: Compilation): string {
  const { name, compiler, sources, headers = [], libraries = [] } = wanted;
  const hash = createHash('sha256').update([compiler, ...wanted.arguments, ...libraries].join(' '));
  for (const path of [...sources, ...headers]) hash.update(`\0${path}\0`).update(readFileSync(path));
  const output = `${cacheFolder}${name}-${hash.digest('hex').slice(0, 16)}`;
  if (existsSync(output)) return output;

  mkdirSync(cacheFolder, { recursive: true });
  // Compiled beside and renamed, so that a test running at the same time never starts half a file.
  const unfinished = `${output}.${process.pid}`;
  const command = [...wanted.arguments, '-o', unfinished, ...sources, ...libraries];
  const result = spawnSync(compiler, command, { encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(`${compiler} does not compile ${name}:\n${result.stderr || String(result.error)}`);
  }
  renameSync(unfinished, output);
  return output;
}
