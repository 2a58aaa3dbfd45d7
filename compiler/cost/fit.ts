/**
 * Constants of a plane from measured prices. A price is a sum of multiples of the constants, so each measurement is a linear equation;
 * there are more of them than constants, each measured with an error that is a part of it.
 */
import type { Constants } from './prices.ts';

/** What was measured, and what of it each constant makes up: a price with that constant as 1 and all others as 0. */
export interface Equation {
  readonly multiples: Constants;
  /** Nanoseconds. */
  readonly measured: number;
}

/** How much a constant is held near what it was, against a measurement that tells otherwise: only where few tell it. */
const PULL = 0.02;
/** No constant falls below this part of what it was: nothing is free, however a measurement went. */
const LEAST = 0.05;
const ROUNDS = 500;

/**
 * The constants that make the sum of squares of the relative errors least, near the former ones where the measurements leave them
 * open; all of a machine are first taken to be slower or faster alike.
 */
export function fitted(equations: readonly Equation[], former: Constants): Constants {
  const speed = medianOf(equations.map(({ multiples, measured }) => measured / valueOf(multiples, former)));
  const names = Object.keys(former);
  const near = Object.fromEntries(names.map((name) => [name, former[name]! * Math.max(speed, LEAST)]));
  const found: Record<string, number> = { ...near };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) found[name] = best(name, equations, found, near);
  }
  return found;
}

/** The best value of one constant, the others being what they are. */
function best(name: string, equations: readonly Equation[], all: Constants, near: Constants): number {
  let [above, below] = [PULL / near[name]!, PULL / near[name]! ** 2];
  for (const { multiples, measured } of equations) {
    const part = (multiples[name] ?? 0) / measured;
    const rest = (valueOf(multiples, all) - (multiples[name] ?? 0) * all[name]!) / measured;
    above += part * (1 - rest);
    below += part * part;
  }
  return Math.max(above / below, near[name]! * LEAST);
}

function valueOf(multiples: Constants, constants: Constants): number {
  return Object.entries(multiples).reduce((sum, [name, multiple]) => sum + multiple * (constants[name] ?? 0), 0);
}

/** 1 of no values. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 1;
}
