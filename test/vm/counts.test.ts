/** Which classes count which frames on a second kernel: across queues of an interface, and where what comes in is policed. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { acrossPolicy, policedPolicy } from '../arbitraries/policy/shaping.ts';
import { count, seed } from '../sampling.ts';
import { countedJob, miscounted, type CountedJob } from './counts/job.ts';
import { describeWithMachine, runJobs, type JobResult } from './machine/boot.ts';

const POLICIES = count(3, 50);
const PACKETS = count(300, 2000);

function jobs(kind: string, policies: fastCheck.Arbitrary<RandomPolicy>): readonly CountedJob[] {
  const made: CountedJob[] = [];
  // Some are refused: more are drawn than are tried.
  for (const [at, text] of fastCheck.sample(policies, { numRuns: 4 * POLICIES, seed }).entries()) {
    const job = made.length < POLICIES ? countedJob(`${kind} ${at}`, text, PACKETS, seed + at) : undefined;
    if (job) made.push(job);
  }
  return made;
}

describeWithMachine('classes on a second kernel', () => {
  const kinds = new Map<string, readonly CountedJob[]>();
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    kinds.set('across queues', jobs('across queues', acrossPolicy()));
    kinds.set('policed', jobs('policed', policedPolicy()));
    results = runJobs([...kinds.values()].flat().map(({ job }) => job));
  });

  test.each(['across queues', 'policed'])(
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
});
