/** The program as it is shipped, for tests that need a process of its own. */
import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The folder of the built modules. */
export const dist = `${root}dist`;

/** `sluice` as `node` runs it. */
export const program = `${dist}/cli/main.js`;

/** Builds `dist/` if a source is newer; for `beforeAll`. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/setup.mjs`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs `sluice ARGS` to its end. */
export function sluice(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return run(process.execPath, [program, ...args], options);
}
