/** The lab's agent, compiled when it is first needed. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiled, findCompiler } from './compiled.ts';

const sourceFolder = fileURLToPath(new URL('agent/', import.meta.url));

/** Its path. Throws, with the compiler's messages, if it cannot be compiled. */
export function agentBinary(): string {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error("no C compiler (cc, gcc, clang) for the kernel lab's agent");
  const files = readdirSync(sourceFolder).toSorted();
  return compiled({
    name: 'lab-agent',
    compiler,
    arguments: ['-std=c17', '-O2', '-Wall', '-Wextra'],
    sources: files.filter((name) => name.endsWith('.c')).map((name) => sourceFolder + name),
    headers: files.filter((name) => name.endsWith('.h')).map((name) => sourceFolder + name),
  });
}
