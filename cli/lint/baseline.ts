/**
 * A baseline: findings that are known and stay for now, so that only new ones are told. A file of its own, `{"sluice-baseline": 1,
 * "findings": […]}`, with a line for each finding that tells it from others after lines have moved.
 */
import { readFileSync } from 'node:fs';
import { fingerprintsOf } from '../../compiler/diagnostics/fingerprint.ts';
import { inOrder } from '../../compiler/diagnostics/order.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { replaceFile } from '../output/replace-file.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';

const VERSION = 1;

export type Baseline = ReadonlySet<string>;

/** The baseline in a file; or why there is none. */
export function readBaseline(path: string): { readonly baseline: Baseline } | { readonly finding: Diagnostic } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${path} cannot be read: ${reasonOf(error)}`) };
  }
  const known = findingsIn(text);
  if (known) return { baseline: new Set(known) };
  return { finding: diagnostic(PROBLEMS.noBaseline, undefined, `${path} is no baseline`, { hint: HINT }) };
}

const HINT = '`sluice lint --write-baseline FILE` writes one.';

function findingsIn(text: string): readonly string[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null || !('findings' in document)) return undefined;
  if (!('sluice-baseline' in document) || document['sluice-baseline'] !== VERSION) return undefined;
  const { findings } = document;
  return Array.isArray(findings) && findings.every((one) => typeof one === 'string') ? findings : undefined;
}

/** The findings that the baseline does not have, and how many it has. */
export function notIn(
  baseline: Baseline,
  findings: readonly Diagnostic[],
): { readonly left: readonly Diagnostic[]; readonly known: number } {
  const ordered = inOrder(findings);
  if (baseline.size === 0) return { left: ordered, known: 0 };
  const fingerprints = fingerprintsOf(ordered);
  const left = ordered.filter((_, index) => !baseline.has(fingerprints[index]!));
  return { left, known: findings.length - left.length };
}

/** Writes the findings as a baseline; says why where that is not possible. */
export async function writeBaseline(path: string, findings: readonly Diagnostic[]): Promise<Diagnostic | undefined> {
  const document = { 'sluice-baseline': VERSION, findings: fingerprintsOf(inOrder(findings)).toSorted() };
  try {
    await replaceFile(path, [new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`)]);
    return undefined;
  } catch (error) {
    return diagnostic(PROBLEMS.baselineUnwritten, undefined, `${path} cannot be written: ${reasonOf(error)}`);
  }
}
