/**
 * What packets cost while nothing else slows the processor: of many short runs the fastest tenth, for whatever runs beside a
 * measurement takes caches and clock from it, and never gives any.
 */
import type { Lab } from '../../cli/lab/lab.ts';
import { measureLiveFrames } from './live-frames.ts';
import type { Traffic } from './packets-in-turns.ts';

/** Runs in one go of the tool: starting it takes longer than they do. */
const RUNS_AT_ONCE = 10;

/** Nanoseconds of processor time for a packet in the second lab, less those in the first; `traffic.packets` in each run. */
export async function quietCostOver(empty: Lab, lab: Lab, traffic: Traffic, rounds: number): Promise<number> {
  const [base, own]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    base.push(...(await costs(empty, traffic)));
    own.push(...(await costs(lab, traffic)));
  }
  return quiet(own) - quiet(base);
}

/** Of each run, the injection's own costs, which a run beside it tells, taken off. */
async function costs(lab: Lab, { interface: name, frames, packets }: Traffic): Promise<number[]> {
  const pair = [
    { packets, action: 'pass' },
    { packets, action: 'drop' },
  ] as const;
  const runs = Array.from({ length: RUNS_AT_ONCE }, () => pair).flat();
  const measured = await measureLiveFrames(lab, { interface: name, frames, runs });
  const dropped = quiet(measured.filter(({ action }) => action === 'drop').map(({ processor }) => processor));
  return measured.filter(({ action }) => action === 'pass').map(({ processor }) => processor - dropped);
}

function quiet(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)]!;
}
