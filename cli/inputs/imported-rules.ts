/** Files of other tools in, a policy that compiles out. */
import { lowerPolicy } from '../../compiler/compile.ts';
import { importIptables } from '../../compiler/import/iptables/import.ts';
import type { Residual } from '../../compiler/import/iptables/residual/write-residual.ts';
import type { WrittenPolicy } from '../../compiler/import/iptables/write/policy-writer.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { openPolicy } from './policy-file.ts';
import { standardModule, standardModules } from './standard-library.ts';

/** What the policy of an import is called. */
export const POLICY = 'policy.sluice';

export interface ImportedRules {
  readonly findings: Diagnostic[];
  /** How many rules the files have. */
  readonly rules: number;
  /** In the one form; undefined: there is an error. */
  readonly written: WrittenPolicy | undefined;
  /** What iptables has to load besides. */
  readonly residuals: readonly Residual[];
}

/** `counted` is one of the files once more, with its counters. */
export async function importRulesOf(
  paths: readonly string[],
  keepOpaque: boolean,
  session: Session,
  counted?: SourceFile,
): Promise<ImportedRules> {
  const { sources: read, findings } = await readAll(paths, session);
  const sources = counted ? withCounters(read, counted, findings) : read;
  if (findings.length > 0) return { findings, rules: 0, written: undefined, residuals: [] };
  const result = importIptables(sources, { keepOpaque, services: standardModule('services') });
  findings.push(...result.findings);
  const written = result.written && { ...result.written, policy: await formatted(result.written.policy) };
  return { findings, rules: result.rules, written, residuals: result.residuals };
}

/** The files, with the one that has counters in the place of that which has the same rules. */
function withCounters(sources: readonly SourceFile[], counted: SourceFile, findings: Diagnostic[]): SourceFile[] {
  const rules = withoutCounters(counted.text);
  const found = sources.filter(({ text }) => withoutCounters(text) === rules);
  if (found.length === 0 && findings.length === 0) {
    const message = `${counted.path} has other rules than the files that are optimized`;
    const hint = 'Save the rules once, with `iptables-save -c`, and give that file twice.';
    findings.push(diagnostic(PROBLEMS.otherDump, undefined, message, { hint }));
  }
  return sources.map((source) => (found.includes(source) ? { ...source, text: counted.text } : source));
}

/** A dump without what it says of packets and of the time when it was made. */
function withoutCounters(text: string): string {
  return text
    .replace(/^#.*(\r?\n|$)/gm, '')
    .replace(/^\[\d+:\d+\][ \t]*/gm, '')
    .replace(/^(:.*?)[ \t]*\[\d+:\d+\][ \t]*(?=\r?$)/gm, '$1')
    .trimEnd();
}

async function formatted(policy: string): Promise<string> {
  // Prettier is large.
  const { format } = await import('../../grammar/prettier-plugin.ts');
  return format(policy);
}

async function readAll(
  paths: readonly string[],
  session: Session,
): Promise<{ readonly sources: readonly SourceFile[]; readonly findings: Diagnostic[] }> {
  const sources: SourceFile[] = [];
  const findings: Diagnostic[] = [];
  for (const path of paths) {
    const opened = await openPolicy(path, session);
    if ('finding' in opened) findings.push(opened.finding);
    else sources.push({ path: opened.policy.shownPath, text: opened.policy.source.text });
  }
  return { sources, findings };
}

/**
 * Why the policy of an import does not compile; empty: it does. That is found now, and not by the user. What is compiled is
 * proved by each compile, and not here, where nothing of it is written.
 */
export function obstaclesToCompile(written: WrittenPolicy): Diagnostic[] {
  const options = { planes: PLANES, proof: false };
  const { diagnostics } = lowerPolicy({ path: POLICY, text: written.policy }, inputsOf(written), options);
  return diagnostics.filter(isError);
}

/** What the policy of an import reads: its own files, and the standard library. */
export function inputsOf({ files }: WrittenPolicy): Inputs {
  return {
    read: (path) => files.find((one) => one.path === path)?.bytes,
    standard: (name) => (standardModules().includes(name) ? standardModule(name) : undefined),
    standardNames: standardModules(),
    today: undefined,
  };
}

/** The policy with its files, and what has to be loaded into iptables, as files of a folder. */
export function filesOf(
  { policy, files }: WrittenPolicy,
  residuals: readonly Residual[],
): { readonly path: string; readonly content: Uint8Array[] }[] {
  const encoder = new TextEncoder();
  const beside = residuals.map(({ path, text }) => ({ path, bytes: encoder.encode(text) }));
  const contents = [{ path: POLICY, bytes: encoder.encode(policy) }, ...files, ...beside];
  return contents.map(({ path, bytes }) => ({ path, content: [bytes] }));
}

/** That a file has to be loaded into iptables, too. */
export function tellBesides(command: string, path: string): string {
  return `What only iptables can ask of a packet stays there. Load it besides: \`${command} --noflush ${path}\`.\n`;
}
