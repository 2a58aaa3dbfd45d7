/**
 * What the compiler asks of a plane. The back ends implement it; the command line passes the list of them in, so that
 * the compiler knows none by name.
 */
import type { Diagnostic } from '../grammar/diagnostic.ts';
import type { Span } from '../grammar/source.ts';
import type { Program, Stage } from './4-program/program.ts';
import type { Plan } from './6-plan/plan.ts';

/** One file of a compile's output. */
export interface Artifact {
  /** Below the target's folder, with `/`: `nftables/ruleset.nft`. */
  readonly path: string;
  /** In pieces, so that large files need no second copy. */
  readonly content: readonly Uint8Array[];
  /** One line for people: what it is. */
  readonly description: string;
}

/** Which policy text an artifact's line carries out. */
export interface SourceMapEntry {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly origin: string;
  readonly span: Span;
}

/** What one plane made of its part of a policy. */
export interface PlaneOutput {
  readonly artifacts: readonly Artifact[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sourceMap: readonly SourceMapEntry[];
  /** Counts of what was made (`rules`, `sets`, `elements`, …), for the summary and the manifest. */
  readonly figures: Readonly<Record<string, number>>;
  /** How to load it, a command a line, paths relative to the target's folder. */
  readonly load: readonly string[];
}

export interface LowerContext {
  /** Names tables and files: the policy's name, safe in every plane's grammar. */
  readonly name: string;
  /** Hash of all inputs and of the compiler's version: the build, carried by every table. */
  readonly build: string;
  /** `--no-proof` and the like, said in each artifact. */
  readonly remarks: readonly string[];
}

export interface Plane {
  /** As a target names it: `nftables`. */
  readonly name: string;
  /** Why this plane cannot carry out a stage as it stands; empty: it can. */
  readonly refuse: (stage: Stage, program: Program) => readonly Diagnostic[];
  /** Carries out a plan. Finds in `diagnostics` whatever it could not do exactly; then the artifacts are not to be used. */
  readonly lower: (plan: Plan, context: LowerContext) => PlaneOutput;
}
