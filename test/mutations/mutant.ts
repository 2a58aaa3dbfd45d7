/** A compiler with a mutation in it, bundled as a module of its own. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import type { Mutation } from './mutation.ts';
import type * as subject from './subject.ts';

/** What a mutant has to offer: all that the subject exports. */
export type Subject = typeof subject;

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/sluice/mutants');

/** Bundles the subject, with the mutation (undefined: as it is), and loads it. Throws where the mutation does not apply. */
export async function mutant(mutation: Mutation | undefined): Promise<Subject> {
  if (mutation) requireOnce(mutation);
  const bundle = await rolldown({
    input: fileURLToPath(new URL('subject.ts', import.meta.url)),
    platform: 'node',
    external: [/^node:/, 'fast-check', 'chevrotain', 'handlebars'],
    logLevel: 'silent',
    // Unreachable code and unused names are what a mutation may leave.
    treeshake: false,
    plugins: mutation ? [{ name: 'mutation', load: (id: string) => mutated(id, mutation) }] : [],
  });
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${mutation?.name.replaceAll(/[^a-z0-9]+/gi, '-') ?? 'unchanged'}.mjs`);
  try {
    await bundle.write({ file, format: 'esm' });
  } finally {
    await bundle.close();
  }
  // A second load of one path would give the first one's module.
  return (await import(/* @vite-ignore */ `${pathToFileURL(file).href}?${Date.now()}`)) as Subject;
}

function mutated(id: string, { file, original, replacement }: Mutation): { code: string; moduleType: 'ts' } | null {
  if (relative(root, resolve(id)) !== file) return null;
  return { code: readFileSync(id, 'utf8').replace(original, () => replacement), moduleType: 'ts' };
}

/** A mutation that no longer applies, or at several places, would pass for one that is caught or missed. */
export function requireOnce({ name, file, original }: Mutation): void {
  const found = readFileSync(join(root, file), 'utf8').split(original).length - 1;
  if (found !== 1) throw new Error(`mutation "${name}": its text stands ${found} times in ${file}, not once`);
}
