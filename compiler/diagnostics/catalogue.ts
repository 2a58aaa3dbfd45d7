/** Every kind of finding that the compiler knows: a phase with findings of its own is one line here. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';
import { PROBLEMS as GRAMMAR } from '../../grammar/problems.ts';
import { PROBLEMS as LOAD } from '../1-load/problems.ts';
import * as resolve from '../2-resolve/problems.ts';
import * as check from '../3-check/problems.ts';
import { PROBLEMS as PROGRAM } from '../4-program/problems.ts';
import { PROBLEMS as PLACE } from '../5-place/problems.ts';
import { PROBLEMS as PLAN } from '../6-plan/problems.ts';
import { PROBLEMS as IMPORT } from '../import/iptables/problems.ts';
import { PROBLEMS as LINT } from '../lint/problems.ts';
import { PROBLEMS as READ_BACK } from '../proof/machine/problems.ts';
import { PROBLEMS as PROOF } from '../proof/problems.ts';
import { PROBLEMS as SEMANTICS } from '../semantics/problems.ts';

/** The kinds of one phase or layer, by the names they have there. */
export type ProblemTable = Readonly<Record<string, DiagnosticKind>>;

/** A part of the program that has findings, and what they are about. */
export interface CatalogueSection {
  readonly title: string;
  readonly problems: ProblemTable;
}

/** In the order in which a policy goes through them. Planes and commands have tables of their own, above the compiler. */
export const COMPILER_SECTIONS: readonly CatalogueSection[] = [
  { title: 'How a policy is written', problems: GRAMMAR },
  { title: 'Files that a policy is read from', problems: LOAD },
  { title: 'Names and values', problems: { ...resolve } },
  { title: 'What may stand where', problems: { ...check } },
  { title: 'What the policy expects of itself', problems: SEMANTICS },
  { title: 'From rules to a program', problems: PROGRAM },
  { title: 'Which plane runs what', problems: PLACE },
  { title: 'Planning', problems: PLAN },
  { title: 'The proof', problems: PROOF },
  { title: 'Reading back what was emitted', problems: READ_BACK },
  { title: 'Importing rules of iptables', problems: IMPORT },
  { title: 'Lint', problems: LINT },
];

/** All kinds of some sections, by code. */
export function kindsOf(sections: readonly CatalogueSection[]): DiagnosticKind[] {
  return sections
    .flatMap(({ problems }) => Object.values(problems))
    .toSorted((a, b) => (a.code < b.code ? -1 : Number(a.code > b.code)));
}

/** Codes that stand for more than one kind. There must be none, or a code would not say what is wrong. */
export function duplicateCodes(kinds: readonly DiagnosticKind[]): string[] {
  const known = new Set<string>();
  const twice = kinds.filter(({ code }) => known.size === known.add(code).size);
  return [...new Set(twice.map(({ code }) => code))];
}
