/** What sends traffic and counts it, compiled when it is first needed; see traffic.c. */
import { fileURLToPath } from 'node:url';
import { findCompiler } from '../../cli/lab/agent-binary.ts';
import { compiled } from '../kernel/harness/compiled.ts';

/** Its path. Throws, with the compiler's messages, if it cannot be compiled. */
export function trafficBinary(): string {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error('no C compiler (cc, gcc, clang) for what sends traffic');
  const source = fileURLToPath(new URL('traffic.c', import.meta.url));
  return compiled({ name: 'traffic', compiler, arguments: ['-std=c17', '-O2', '-Wall', '-Wextra'], sources: [source] });
}
