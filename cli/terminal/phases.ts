/** Which phase a command is in, and how long each took. */

export interface PhaseTime {
  readonly phase: string;
  readonly milliseconds: number;
}

export class Phases {
  readonly #started: { readonly phase: string; readonly at: number }[] = [];
  readonly #onPhase: (phase: string) => void;

  /** `onPhase` is told each phase as it begins. */
  constructor(onPhase: (phase: string) => void) {
    this.#onPhase = onPhase;
  }

  /** Ends the phase that runs and begins the next. */
  begin(phase: string): void {
    this.#started.push({ phase, at: performance.now() });
    this.#onPhase(phase);
  }

  /** The time of each phase so far, in the order in which they first began; a phase that came again counts in one sum. */
  times(): readonly PhaseTime[] {
    const now = performance.now();
    const sums = new Map<string, number>();
    for (const [index, { phase, at }] of this.#started.entries()) {
      const end = this.#started[index + 1]?.at ?? now;
      sums.set(phase, (sums.get(phase) ?? 0) + end - at);
    }
    return [...sums].map(([phase, milliseconds]) => ({ phase, milliseconds }));
  }
}
