/** What nftables makes of a policy's text: for tests of the emitted rules, and of what packets meet when they are loaded. */
import { readFileSync, readdirSync } from 'node:fs';
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { compile, type LowerOptions } from '../../compiler/compile.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';

const stdlib = new URL('../../stdlib/', import.meta.url);
const ending = '.sluice';

/** The standard library, and the files that a policy names. */
export function inputsWith(files: Readonly<Record<string, string>>): Inputs {
  return {
    read: (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    standard: (name: string) => readFileSync(new URL(`${name}${ending}`, stdlib), 'utf8'),
    standardNames: readdirSync(stdlib).flatMap((name) =>
      name.endsWith(ending) ? [name.slice(0, -ending.length)] : [],
    ),
    today: { year: 2026, month: 1, day: 1 },
  };
}

type Choices = Partial<Pick<LowerOptions, 'planes' | 'keepCounters' | 'profile'>>;

/** The artifacts of the (only) target by path, and what was found. `files` are those that the policy names. */
function compiled(
  policy: string,
  files: Readonly<Record<string, string>>,
  choices: Choices = {},
): { readonly artifacts: ReadonlyMap<string, string>; readonly diagnostics: readonly Diagnostic[] } {
  const options = { planes: [nftables, tc], nameBuild: () => 'test', ...choices };
  const { targets, diagnostics } = compile({ path: 'test.sluice', text: policy }, inputsWith(files), options);
  const artifacts = targets.flatMap(({ planes }) => planes.flatMap((plane) => plane.artifacts));
  const texts = artifacts.map(({ path, content }) => [path, Buffer.concat(content).toString()] as const);
  return { artifacts: new Map(texts), diagnostics };
}

/** One artifact of a policy that compiles; by default the rule set, as `nft -f` loads it. */
export function artifactOf(
  policy: string,
  path = 'nftables/ruleset.nft',
  files: Readonly<Record<string, string>> = {},
  choices: Choices = {},
): string {
  const { artifacts, diagnostics } = compiled(policy, files, choices);
  const text = artifacts.get(path);
  if (text === undefined) throw new Error(`no ${path}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  return text;
}

/** The errors of a policy that does not compile: where each stands, and its message. */
export function refusalsOf(policy: string, files: Readonly<Record<string, string>> = {}): string[] {
  return compiled(policy, files)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ span, message }) => `${span?.source.text.slice(span.start, span.end).split('\n')[0]}: ${message}`);
}

/** The lines inside a chain, set, map or object of a rule set, or of the elements added to it, without comments. */
export function partOf(ruleset: string, heading: string): string[] {
  const lines = ruleset.split('\n').map((line) => line.trim());
  const start = lines.indexOf(`${heading} {`);
  if (start < 0) throw new Error(`no ${heading} in\n${ruleset}`);
  const part: string[] = [];
  for (let depth = 1, at = start + 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.endsWith('{')) depth++;
    if (line === '}') depth--;
    if (depth === 0) break;
    if (line !== '' && !line.startsWith('#')) part.push(line.replace(/ comment "[^"]*"$/, ''));
  }
  return part;
}
