/** Programs at XDP that are measured: built with those of a policy, as its Makefile builds them, and run by a tool on libbpf. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact } from '../../compiler/plane.ts';
import { compiled } from '../kernel/harness/compiled.ts';

/** Writes a policy's artifacts into the folder. */
export function writeInto(folder: string, artifacts: readonly Pick<Artifact, 'path' | 'content'>[]): void {
  for (const { path, content } of artifacts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), Buffer.concat(content));
  }
}

/** Builds a program from `source`, which includes the policy's in the folder, and says where the object is. */
export function buildProgram(folder: string, source: string): string {
  const policy = `-DPOLICY="${join(folder, 'ebpf/xdp.bpf.c')}"`;
  return buildObject(source, join(folder, 'measured.bpf.o'), ['-I', join(folder, 'ebpf'), policy]);
}

/** Builds a program from `source` with these options for clang, and says where the object is. */
export function buildObject(source: string, object: string, options: readonly string[]): string {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const headers = ['-isystem', `/usr/include/${machine}-linux-gnu`];
  const target = ['-std=gnu11', '-O2', '-g', '-target', 'bpf', '-mcpu=v3'];
  const clang = process.env['CLANG'] ?? 'clang';
  execFileSync(clang, [...target, ...headers, ...options, '-c', sourceOf(source), '-o', object]);
  return object;
}

/** Builds the tool of this name, from its folder here, and says where it is. */
export function buildTool(name: string): string {
  return compiled({
    name,
    compiler: 'cc',
    arguments: ['-std=gnu11', '-O2', '-Wall', '-Wextra'],
    sources: [sourceOf(`${name}/${name}.c`)],
    libraries: ['-lbpf'],
  });
}

function sourceOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
