/** The agent's C sources, compiled once for each content into a cache folder outside the tree. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceFolder = fileURLToPath(new URL('agent/', import.meta.url));
const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/sluice/', import.meta.url));
const flags = ['-std=c17', '-O2', '-Wall', '-Wextra'];

/** The first C compiler that answers, or undefined. */
export function findCompiler(): string | undefined {
  return ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
}

/** Path of the compiled agent. Throws with the compiler's messages if it cannot be compiled. */
export function agentBinary(): string {
  const names = readdirSync(sourceFolder).toSorted();
  const hash = createHash('sha256').update(flags.join(' '));
  for (const name of names) hash.update(`\0${name}\0`).update(readFileSync(join(sourceFolder, name)));
  const binary = join(cacheFolder, `lab-agent-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(binary)) {
    const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(sourceFolder, name));
    compile(sources, binary);
  }
  return binary;
}

function compile(sources: readonly string[], binary: string): void {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error("no C compiler (cc, gcc, clang) for the kernel lab's agent");
  mkdirSync(cacheFolder, { recursive: true });
  // Compiled beside and renamed, so that a test running at the same time never starts half a file.
  const unfinished = `${binary}.${process.pid}`;
  const result = spawnSync(compiler, [...flags, '-o', unfinished, ...sources], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${compiler} does not compile the kernel lab's agent:\n${result.stderr}`);
  renameSync(unfinished, binary);
}
