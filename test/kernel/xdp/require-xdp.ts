/** Whether programs for XDP can be built and run here. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';

/** Why not, or undefined where they can. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const command of ['clang', 'make', 'cc', 'ip', 'unshare']) {
    if (spawnSync(command, [command === 'ip' ? '-V' : '--version']).status !== 0) return `needs the command ${command}`;
  }
  if (!existsSync('/usr/include/bpf/libbpf.h')) return 'needs the headers of libbpf';
  const mount = ['--net', '--mount', 'mount', '-t', 'bpf', 'bpf', '/sys/fs/bpf'];
  if (spawnSync('unshare', mount).status !== 0) return 'needs namespaces, and BPF in the kernel';
  return undefined;
}

/** A `describe` whose tests need XDP: where there is none they are skipped, and the name says why. */
export function describeWithXdp(name: string, body: () => void): void {
  const missing = obstacle();
  describe.runIf(missing === undefined)(missing === undefined ? name : `${name} (skipped: ${missing})`, body);
}
