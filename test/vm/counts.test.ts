/** Which classes count which frames on a second kernel: across queues of an interface, where what comes in is policed, and by tc alone. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { acrossPolicy, alonePolicy, policedPolicy } from '../arbitraries/policy/shaping.ts';
import { policing } from '../mutations/list/shaping.ts';
import { count, seed } from '../sampling.ts';
import { countedJob, miscounted, type CountedJob } from './counts/job.ts';
import { mutantJobs } from './counts/mutants.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const POLICIES = count(3, 50);
const PACKETS = count(300, 2000);
const MUTANT_PACKETS = 600;

function jobs(kind: string, policies: fastCheck.Arbitrary<RandomPolicy>): readonly CountedJob[] {
  const made: CountedJob[] = [];
  // Some are refused: more are drawn than are tried.
  for (const [at, text] of fastCheck.sample(policies, { numRuns: 4 * POLICIES, seed }).entries()) {
    const job = made.length < POLICIES ? countedJob(`${kind} ${at}`, text, PACKETS, seed + at) : undefined;
    if (job) made.push(job);
  }
  return made;
}

/** Every so many of the list, so that each part of the compiler has one. */
const STEP = count(5, 1);
const mutations = policing.filter((_, at) => at % STEP === 0);

describeWithMachine('classes on a second kernel', () => {
  const kinds = new Map<string, readonly CountedJob[]>();
  let results: ReadonlyMap<string, JobResult>;
  let mutants: ReadonlyMap<string, CountedJob | string>;

  beforeAll(async () => {
    mutants = await mutantJobs('policed', mutations, MUTANT_PACKETS, seed);
    kinds.set('across queues', jobs('across queues', acrossPolicy()));
    kinds.set('policed', jobs('policed', policedPolicy()));
    kinds.set('found by tc alone', jobs('found by tc alone', alonePolicy()));
    const ofMutants = [...mutants.values()].flatMap((one) => (typeof one === 'string' ? [] : [one]));
    results = runJobs([...kinds.values(), ofMutants].flat().map(({ job }) => job));
  });

  test.each(['across queues', 'policed', 'found by tc alone'])(
    `count what the reference says is theirs, %s, of ${POLICIES} policies`,
    (kind) => {
      const own = kinds.get(kind)!;
      expect(own).toHaveLength(POLICIES);
      for (const one of own) {
        const { status, output } = results.get(one.job.name)!;
        expect(status, `${one.policy}\n${output}`).toBe(0);
        expect(miscounted(one, output), one.policy).toEqual([]);
      }
      expect(own.reduce((sum, { frames }) => sum + frames, 0)).toBeGreaterThan((POLICIES * PACKETS) / 4);
    },
  );

  test('count it of the policy that mistakes are tried on', () => {
    expect(differing(mutants.get('')!, results)).toEqual([]);
  });

  test.each(mutations)('count other frames where $name', ({ name }) => {
    expect(differing(mutants.get(name)!, results)).not.toEqual([]);
  });
});

/** What of a compiler's work is not as it was to be. */
function differing(made: CountedJob | string, results: ReadonlyMap<string, JobResult>): readonly string[] {
  if (typeof made === 'string') return [made];
  const { status, output } = results.get(made.job.name)!;
  return status === 0 ? miscounted(made, output) : [output];
}
