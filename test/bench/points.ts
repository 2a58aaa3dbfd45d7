/** Predicted times beside measured ones. */
import { expect } from 'vitest';
import type { Constants } from '../../compiler/cost/prices.ts';
import { fitted, type Equation } from '../../compiler/cost/fit.ts';
import { median } from './medians.ts';
import { spearman } from './spearman.ts';

const LEAST_SPEARMAN = 0.9;

/** One kind of packets of one set. Nanoseconds. */
export interface Point {
  readonly name: string;
  readonly predicted: number;
  readonly measured: number;
}

/** Prints the points and how well the predictions do, and expects that their order is that of the measurements. */
export function judgePoints(points: readonly Point[]): void {
  for (const { name, predicted, measured } of points) {
    console.log(`${name}: predicted ${predicted.toFixed(0)} ns, measured ${measured.toFixed(0)} ns`);
  }
  const correlation = spearman(
    points.map(({ predicted }) => predicted),
    points.map(({ measured }) => measured),
  );
  const factor = median(points.map(({ predicted, measured }) => measured / predicted));
  const error = (scale: number) =>
    (100 * median(points.map((one) => Math.abs(scale * one.predicted - one.measured) / one.measured))).toFixed(0);
  console.log(
    `${points.length} kinds of packets: Spearman ${correlation.toFixed(3)}; a prediction is off by ${error(1)} % in the median, ` +
      `by ${error(factor)} % where all are scaled by ${factor.toFixed(2)}`,
  );
  expect.soft(correlation).toBeGreaterThanOrEqual(LEAST_SPEARMAN);
}

/** Prints which constants would fit the measurements. */
export function tellFitted(equations: readonly Equation[], former: Constants): void {
  const constants = Object.entries(fitted(equations, former)).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  console.log(`by these measurements: ${constants.join(', ')}`);
}

/** Of all trials in so many passes, one trial after another, the fastest of each measurement. */
export function fastestTimes<Trial>(
  trials: readonly Trial[],
  passes: number,
  timesOf: (trial: Trial) => readonly number[],
): readonly (readonly number[])[] {
  const fastest = trials.map(timesOf);
  for (let pass = 1; pass < passes; pass++) {
    for (const [at, trial] of trials.entries()) {
      const again = timesOf(trial);
      fastest[at] = fastest[at]!.map((time, place) => Math.min(time, again[place]!));
    }
  }
  return fastest;
}
