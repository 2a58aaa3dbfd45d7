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

/** A plan in a plane's own terms: all that can go wrong has, and nothing is written down yet. */
export interface Lowered {
  /** What the plane cannot do exactly; if there is an error, this must not be written. */
  readonly diagnostics: readonly Diagnostic[];
  /** Counts of what was made (`rules`, `sets`, `elements`, …), for the summary and the manifest. */
  readonly figures: Readonly<Record<string, number>>;
  /** How to load it, a command a line, paths relative to the target's folder. */
  readonly load: readonly string[];
  /** How to take it away again, likewise; settings of the host stay. */
  readonly unload: readonly string[];
  readonly write: (context: WriteContext) => Written;
}

export interface WriteContext {
  /** The policy's name, for people: any text of one line. */
  readonly policy: string;
  /** `--no-proof` and the like, said in each artifact. */
  readonly remarks: readonly string[];
}

/** What one plane made of its part of a policy, as text. */
export interface Written {
  /** The artifacts of a build of this name. The name changes nothing else in them, no line's number either. */
  readonly artifacts: (build: string) => readonly Artifact[];
  readonly sourceMap: readonly SourceMapEntry[];
}

export interface Plane {
  /** As a target names it: `nftables`. */
  readonly name: string;
  /** Why this plane cannot carry out a stage as it stands; empty: it can. */
  readonly refuse: (stage: Stage, program: Program) => readonly Diagnostic[];
  /** Carries out a plan. */
  readonly lower: (plan: Plan) => Lowered;
}
