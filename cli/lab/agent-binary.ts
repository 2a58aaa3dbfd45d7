/** The lab's agent, compiled when it is first needed: a C program, for nothing else puts frames on an interface. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AGENT } from './agent.gen.ts';

const ARGUMENTS = ['-std=c17', '-O2', '-Wall', '-Wextra'];

/** The first C compiler that answers, or undefined. */
export function findCompiler(): string | undefined {
  return ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
}

/** Its path. Throws, with the compiler's messages, if it cannot be compiled. */
export function agentBinary(): string {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error("no C compiler (cc, gcc, clang) for the lab's agent");
  const hash = createHash('sha256').update([compiler, ...ARGUMENTS].join(' '));
  for (const [name, text] of Object.entries(AGENT)) hash.update(`\0${name}\0${text}`);
  const folder = cacheFolder();
  const output = join(folder, `lab-agent-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(output)) compileInto(output, folder, compiler);
  return output;
}

/** Compiled beside and renamed, so that who runs at the same time never starts half a file. */
function compileInto(output: string, folder: string, compiler: string): void {
  const work = mkdtempSync(join(folder, 'lab-agent-'));
  try {
    for (const [name, text] of Object.entries(AGENT)) writeFileSync(join(work, name), text);
    const sources = Object.keys(AGENT).filter((name) => name.endsWith('.c'));
    const result = spawnSync(compiler, [...ARGUMENTS, '-o', 'agent', ...sources], { cwd: work, encoding: 'utf8' });
    if (result.status !== 0) {
      throw new Error(`${compiler} does not compile the lab's agent:\n${result.stderr || String(result.error)}`);
    }
    renameSync(join(work, 'agent'), output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Writable by others than this user. */
const OTHERS_WRITE = 0o022;

/** What lies in it is run as root, so nobody else may be able to write there. */
function cacheFolder(): string {
  const wanted = process.env['XDG_CACHE_HOME'] ?? '';
  const folder = join(wanted === '' ? join(homedir(), '.cache') : wanted, 'sluice');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & OTHERS_WRITE) !== 0) {
    throw new Error(`${folder} belongs to or can be written by others, and what is kept there is run as root`);
  }
  return folder;
}
