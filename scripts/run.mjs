/** Starting other programs, the same way in every script. Only modules of Node: scripts run before anything is installed. */

import { spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: every script works from here, wherever it was called. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A failure whose message is all that a person needs; scripts print it without a stack trace. */
export class Failure extends Error {}

/**
 * Runs a program and waits for it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ output?: 'show' | 'stderr' | 'keep', env?: Record<string, string>, cwd?: string }} [options] `show`: the program
 *   writes where this script does; `stderr`: all that it writes goes to standard error; `keep`: it is returned.
 * @returns {Promise<{ status: number, output: string }>} A program that a signal ended has status 128 + its number, as in
 *   a shell; one that does not exist has 127.
 */
export function run(command, args, { output = 'show', env = {}, cwd = root } = {}) {
  const streams = { show: 'inherit', stderr: ['ignore', 2, 2], keep: ['ignore', 'pipe', 'pipe'] }[output];
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: streams, env: { ...environment(), ...env } });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part) => (text += part));
    child.stderr?.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', (error) => resolve({ status: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code, signal) => resolve({ status: code ?? 128 + constants.signals[signal], output: text }));
  });
}

/** Whether a program is on the path. */
export function hasCommand(command) {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', command], { env: environment() }).status === 0;
}

/** The environment of programs: administrators' programs are found, also where `su` left their folders out of the path. */
function environment() {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
}

/** The path of a tool that npm installed, such as `tsc`. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

/** Runs a script's main function: a `Failure` is printed as its message, with exit code 1. */
export async function main(body) {
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** Whether this module was started itself, rather than imported. */
export function isStarted(moduleUrl) {
  return process.argv[1] !== undefined && fileURLToPath(moduleUrl) === realpathSync(process.argv[1]);
}
