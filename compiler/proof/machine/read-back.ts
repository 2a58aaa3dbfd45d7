/** What a plane has written, read back and compared with the Program that it carries out. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Program } from '../../4-program/program.ts';
import { compareWithProgram, type Comparison, type Tell } from './compare.ts';
import type { Machine } from './form.ts';
import { PROBLEMS } from './problems.ts';

/** What the text of a plane says, or what in it is not understood. */
export type ReadBack = { readonly machine: Machine } | { readonly diagnostics: readonly Diagnostic[] };

/** A part of what was written, and whether it was compared. */
export type ComparedPart = Exclude<Comparison, { kind: 'different' }>;

/** Bytes that the diagrams of one part may take. */
const BUDGET = 2 ** 30;

/** What other rules do to packets, stage by stage, beside what the policy says; or why it is not known. */
export function compareOther<Told>(
  read: ReadBack,
  program: Program,
  tell: Tell<Told>,
): readonly Comparison<Told>[] | { readonly why: string } {
  if (!('diagnostics' in read)) return compareWithProgram(read.machine, program, BUDGET, undefined, tell);
  return { why: read.diagnostics.map(({ message }) => message).join('; ') };
}

/** Without an error in `diagnostics`, every part that was compared does to every packet what the policy says. */
export function compareReadBack(
  read: ReadBack,
  program: Program,
): { readonly parts: readonly ComparedPart[]; readonly diagnostics: readonly Diagnostic[] } {
  if ('diagnostics' in read) return { parts: [], diagnostics: read.diagnostics };
  const parts: ComparedPart[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const comparison of compareWithProgram(read.machine, program, BUDGET)) {
    if (comparison.kind !== 'different') parts.push(comparison);
    else {
      const { stage, part, message } = comparison;
      const text = `the rules that were emitted for ${part} do not mean what the policy says: ${message}`;
      diagnostics.push(
        diagnostic(PROBLEMS.rulesDiffer, stage?.origin.span, text, {
          hint: 'This is a fault in Sluice: please report it.',
        }),
      );
    }
  }
  return { parts, diagnostics };
}
