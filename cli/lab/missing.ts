/** Whether this machine can hold a lab. */
import { spawnSync } from 'node:child_process';
import { findCompiler } from './agent-binary.ts';

/** What is missing for a lab here, in words that follow "needs"; undefined: nothing is. */
export function missingForLab(): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root, to make network namespaces';
  for (const [command, ...options] of [
    ['ip', '-V'],
    ['nft', '--version'],
    ['nsenter', '--version'],
  ] as const) {
    if (spawnSync(command, options).status !== 0) return `the command ${command}`;
  }
  if (findCompiler() === undefined) return 'a C compiler (cc, gcc or clang)';
  if (spawnSync('unshare', ['--net', 'nft', 'list', 'ruleset']).status !== 0) {
    return 'network namespaces and nftables in the kernel';
  }
  return undefined;
}
