/** Rates of classes on a second kernel, which has the queues that the tests' own has not; its clock counts instructions. */
import { beforeAll, expect, test } from 'vitest';
import { count } from '../sampling.ts';
import { offWanted, trialScript } from '../traffic/rates.ts';
import { arriving, arrivingInModules, ceilings, ofModules, overload, policed } from '../traffic/trials.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const trials = [
  ...count([50], [1, 2, 10, 25, 50]).map((classes) => ceilings(classes)),
  ...overload,
  ...arriving,
  ...arrivingInModules,
  ...policed,
  ...ofModules.slice(0, count(6, ofModules.length)),
];

describeWithMachine('rates on a second kernel', () => {
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    results = runJobs(trials.map((trial) => ({ name: trial.name, ...trialScript(trial) })));
  });

  test.each(trials)('$name', (trial) => {
    const { status, output } = results.get(trial.name)!;
    expect(status, output).toBe(0);
    expect(offWanted(trial, output), output).toEqual([]);
  });
});
