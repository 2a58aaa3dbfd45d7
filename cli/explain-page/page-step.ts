/** The form of the page's data, which what makes it and what draws it share. */
import type { StepKind } from '../../compiler/explain/explained.ts';

export interface PageStep {
  /** Its place in the plane, from 0 at the top, those below it following it at once. */
  readonly id: number;
  /** `rest`: several that are too small to be told apart. */
  readonly kind: StepKind | 'plane' | 'block' | 'rest';
  readonly title: string;
  readonly lookup?: string;
  /** Nanoseconds of a packet that comes to it; absent: of the whole it stands in, or not told. */
  readonly expected?: number;
  readonly worst?: number;
  /** Bytes that it and all below it take, an estimate; absent: not told. */
  readonly memory?: number;
  /** How much of the block's expected nanoseconds are spent here; 0 where no times are told. */
  readonly share: number;
  /** `12, 14-20; groups.sluice:3` */
  readonly lines?: string;
  /** The rule's text, of a step that is one. */
  readonly rule?: string;
  /** Sentences about a block. */
  readonly notes?: readonly string[];
  readonly steps: readonly PageStep[];
}

/** What a device before the host has, and which rules it decides by. */
export interface PageDevice {
  readonly name: string;
  readonly tables: readonly {
    readonly name: string;
    /** `32-bit lpm source_ipv4`, each. */
    readonly keys: readonly string[];
    readonly entries: number;
    readonly room: number;
    readonly bits: number;
  }[];
  readonly rules: readonly {
    readonly rule: string;
    /** As those of a step. */
    readonly lines: string;
    readonly decides: 'device' | 'host';
    readonly why?: string;
  }[];
}

export interface PagePlane {
  readonly target: string;
  readonly plane: string;
  /** Whether the plane's prices tell times. */
  readonly isTimed: boolean;
  readonly device?: PageDevice;
  readonly root: PageStep;
}

export interface PageData {
  readonly sluice: string;
  readonly policy: string;
  readonly planes: readonly PagePlane[];
}

/** Whether a packet takes only one of the steps below. */
export function hasWays({ kind, steps }: PageStep): boolean {
  return kind === 'values' || (kind === 'rows' && steps.some((step) => step.kind === 'way'));
}

/** A step and all below it, in their order. */
export function* everyStep(root: PageStep): Generator<PageStep> {
  yield root;
  for (const step of root.steps) yield* everyStep(step);
}
