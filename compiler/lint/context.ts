/** What lint rules look at. What several of them need is worked out once, when the first asks. */
import { buildProgram } from '../4-program/build.ts';
import type { Program, Stage, StageId } from '../4-program/program.ts';
import { place, type Placed } from '../5-place/place.ts';
import type { Module } from '../1-load/modules.ts';
import type { CalendarDate } from '../inputs.ts';
import type { Policy, Target } from '../model/index.ts';
import type { Plane } from '../plane.ts';

export interface LintInput {
  readonly policy: Policy;
  /** The files of the policy, those of the standard library left out. */
  readonly modules: readonly Module[];
  /** Undefined: nobody said which day it is, and rules that hang on it are silent. */
  readonly today: CalendarDate | undefined;
  readonly planes: readonly Plane[];
}

/** One target's part of the policy. */
export interface LintTarget {
  readonly target: Target | undefined;
  readonly program: Program;
  readonly placed: Placed;
}

export class LintContext {
  readonly policy: Policy;
  readonly modules: readonly Module[];
  readonly today: CalendarDate | undefined;
  readonly #planes: readonly Plane[];
  readonly #program: Program;
  #targets: readonly LintTarget[] | undefined;
  readonly #kept = new Map<unknown, unknown>();

  constructor({ policy, modules, today, planes }: LintInput) {
    this.policy = policy;
    this.modules = modules;
    this.today = today;
    this.#planes = planes;
    this.#program = buildProgram(policy, policy.targets[0]).program;
  }

  /** As the first target binds its zones: which packets meet which rule hangs on no interface's name. */
  get program(): Program {
    return this.#program;
  }

  /** Each target, and which plane would carry out what. */
  get targets(): readonly LintTarget[] {
    const { targets } = this.policy;
    const of = (target: Target | undefined): LintTarget => {
      const { program } = target === targets[0] ? { program: this.#program } : buildProgram(this.policy, target);
      return { target, program, placed: place(program, this.#planes) };
    };
    this.#targets ??= targets.length > 0 ? targets.map(of) : [of(undefined)];
    return this.#targets;
  }

  stage(id: StageId): Stage | undefined {
    return this.program.stages.find((stage) => stage.id === id);
  }

  /** What `make` gives, made once for a key: `make` itself where nothing else tells two uses apart. */
  once<Value>(key: unknown, make: () => Value): Value {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as Value;
  }
}
