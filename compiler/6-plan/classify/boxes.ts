/** Rules as boxes, for asking of many pairs whether a packet can meet both. */
import { isSetTest } from '../../4-program/atoms.ts';
import type { ProgramRule } from '../../4-program/program.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import { exclude } from '../commute.ts';

/** Fields that boxes have sides in; what rules test besides is compared atom by atom. */
const SIDES = ['source', 'destination', 'service', 'protocol', 'source port'] as const;

export class Boxes {
  readonly #rules: readonly ProgramRule[];
  /** The lowest and the highest value of each side, rule by rule; all values where a rule does not test the field. */
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;

  constructor(rules: readonly ProgramRule[]) {
    this.#rules = rules;
    this.#lows = new Float64Array(rules.length * SIDES.length).fill(-Infinity);
    this.#highs = new Float64Array(rules.length * SIDES.length).fill(Infinity);
    for (const [number, rule] of rules.entries()) this.#add(number, rule);
  }

  /** Whether some packet may meet both: true where that cannot be told. */
  meet(a: number, b: number): boolean {
    const [left, right] = [a * SIDES.length, b * SIDES.length];
    for (let side = 0; side < SIDES.length; side++) {
      if (this.#lows[left + side]! > this.#highs[right + side]!) return false;
      if (this.#lows[right + side]! > this.#highs[left + side]!) return false;
    }
    return !exclude(this.#rules[a]!.atoms, this.#rules[b]!.atoms);
  }

  #add(number: number, { atoms }: ProgramRule): void {
    for (const atom of atoms) {
      if (atom.negated || !isSetTest(atom)) continue;
      const { test } = atom;
      const view = test.kind === 'address' ? test.view : (test.view ?? 'real');
      const side = SIDES.findIndex((field) => field === test.field);
      if (side < 0 || view !== 'real') continue;
      this.#bound(number * SIDES.length + side, test.in);
    }
  }

  #bound(at: number, set: IntervalSet): void {
    if (set.intervalCount === 0) return;
    // Rounding of 128-bit values keeps their order, so bounds only get wider.
    this.#lows[at] = Math.max(this.#lows[at]!, Number(set.lowAt(0)));
    this.#highs[at] = Math.min(this.#highs[at]!, Number(set.highAt(set.intervalCount - 1)));
  }
}
