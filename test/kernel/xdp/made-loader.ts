/** The loader is the same for all policies, and takes ten times as long to make as a program: it is made once for each text. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../harness/compiled.ts';

/** Makes what is in a folder, `ebpf/` of a build; where its loader was made before, that one is put there, which `make` takes as done. */
export function makeWithLoader(folder: string, make: () => void): void {
  const made = join(folder, 'sluice-load');
  const kept = join(cacheFolder, `sluice-load-${hashOfLoader(folder)}`);
  if (existsSync(kept)) copyFileSync(kept, made);
  make();
  if (existsSync(kept)) return;
  mkdirSync(cacheFolder, { recursive: true });
  // Copied beside and renamed, so that a test running at the same time never takes half a file.
  const unfinished = `${kept}.${process.pid}`;
  copyFileSync(made, unfinished);
  renameSync(unfinished, kept);
}

/** What the Makefile makes it from. */
function hashOfLoader(folder: string): string {
  const sources = readdirSync(join(folder, 'loader')).toSorted();
  const paths = ['Makefile', ...sources.map((name) => `loader/${name}`), 'program/jhash.h', 'program/services.h'];
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`\0${path}\0`).update(readFileSync(join(folder, path)));
  return hash.digest('hex').slice(0, 16);
}
