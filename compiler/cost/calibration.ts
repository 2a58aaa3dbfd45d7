/** What a plane has to say about measuring its prices on a machine. */
import { fitted } from './fit.ts';
import type { Constants, Prices } from './prices.ts';

export const CALIBRATION_PORT = 9;

/** One step of a plan, many times over, for a measurement. */
export interface Experiment {
  readonly name: string;
  /** What loads it, as text for the plane's own tool; `empty` of the calibration is what it is held against. */
  readonly text: string;
  /** How many times a packet pays its price. */
  readonly times: number;
  /** What one of these costs by the plane's prices. */
  readonly price: (prices: Prices) => number;
}

export interface Calibration {
  /** What prices are made of, as they are without a measurement. */
  readonly constants: Constants;
  readonly pricesOf: (constants: Constants) => Prices;
  /** Packets leave by UDP to these, drawn at random, and to `CALIBRATION_PORT`, through what an experiment loads. */
  readonly addresses: readonly string[];
  readonly experiments: () => readonly Experiment[];
  /** What is loaded without a step. */
  readonly empty: string;
}

/** Nanoseconds that one of an experiment's steps took. */
export interface Measured {
  readonly experiment: Experiment;
  readonly nanoseconds: number;
}

/** The constants of the machine on which this was measured. */
export function calibrated({ constants, pricesOf }: Calibration, measured: readonly Measured[]): Constants {
  const names = Object.keys(constants);
  const none = Object.fromEntries(names.map((name) => [name, 0]));
  const units = names.map((name) => [name, pricesOf({ ...none, [name]: 1 })] as const);
  const equations = measured
    // What costs nothing by measurement was lost in the noise, and tells nothing.
    .filter(({ nanoseconds }) => nanoseconds > 0)
    .map(({ experiment, nanoseconds }) => ({
      multiples: Object.fromEntries(units.map(([name, prices]) => [name, experiment.price(prices)])),
      measured: nanoseconds,
    }));
  return fitted(equations, constants);
}
