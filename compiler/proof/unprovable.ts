import type { Origin } from '../model/policy.ts';

/** Thrown where the rules of a proof say nothing, for or against. */
export class Unprovable extends Error {
  readonly origin: Origin;

  /** `reason`: what stands in the way, as a clause. */
  constructor(origin: Origin, reason: string) {
    super(reason);
    this.origin = origin;
  }
}
