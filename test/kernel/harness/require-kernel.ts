/** Whether this machine can hold a lab. */
import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';
import { findCompiler } from './compiled.ts';

/** Why no lab can be made here, or undefined when one can. */
function requireKernel(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const [command, ...options] of [
    ['ip', '-V'],
    ['nft', '--version'],
    ['nsenter', '--version'],
  ] as const) {
    if (spawnSync(command, options).status !== 0) return `needs the command ${command}`;
  }
  if (findCompiler() === undefined) return 'needs a C compiler';
  if (spawnSync('unshare', ['--net', 'nft', 'list', 'ruleset']).status !== 0) {
    return 'needs network namespaces and nftables in the kernel';
  }
  return undefined;
}

/** A `describe` whose tests need the lab: where there can be none they are skipped, and the name says why. */
export function describeWithKernel(name: string, body: () => void): void {
  const missing = requireKernel();
  describe.runIf(missing === undefined)(missing === undefined ? name : `${name} (skipped: ${missing})`, body);
}
