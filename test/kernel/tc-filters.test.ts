/** Classes that tc finds by itself (u32): which of them count which frames on this kernel. test/vm has the rest of tc. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { alonePolicy } from '../arbitraries/policy/shaping.ts';
import { tables } from '../mutations/list/shaping.ts';
import { count, seed } from '../sampling.ts';
import { countedJob, miscounted, type CountedJob } from '../vm/counts/job.ts';
import { mutantJobs } from '../vm/counts/mutants.ts';
import { jobOutput } from './harness/job-output.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const POLICIES = count(8, 100);
const PACKETS = count(500, 1000);
const MUTANT_PACKETS = 1500;
/** Every so many of the list. */
const STEP = count(4, 1);

/** What of a job is not as it was to be. */
function differing(made: CountedJob | string): readonly string[] {
  if (typeof made === 'string') return [made];
  try {
    return miscounted(made, jobOutput(made.job));
  } catch (error) {
    return [String(error)];
  }
}

/** This kernel has no flower. */
function isOfU32({ built }: CountedJob): boolean {
  const filters = (built.queues ?? '').split('\n').filter((line) => line.startsWith('filter '));
  return filters.length > 0 && filters.every((line) => line.includes(' u32 '));
}

describeWithKernel('classes that tc finds by itself', () => {
  const mutations = tables.filter((_, at) => at % STEP === 0);
  let mutants: ReadonlyMap<string, CountedJob | string>;
  beforeAll(async () => {
    mutants = await mutantJobs('alone', mutations, MUTANT_PACKETS, seed);
  });

  test(`count what the reference says is theirs, of ${POLICIES} policies`, () => {
    const tried: CountedJob[] = [];
    // Some are refused: more are drawn than are tried.
    for (const [at, text] of fastCheck.sample(alonePolicy(), { numRuns: 4 * POLICIES, seed }).entries()) {
      const one = tried.length < POLICIES ? countedJob(String(at), text, PACKETS, seed + at) : undefined;
      if (!one || !isOfU32(one)) continue;
      expect(miscounted(one, jobOutput(one.job)), one.policy).toEqual([]);
      tried.push(one);
    }
    expect(tried).toHaveLength(POLICIES);
    expect(tried.reduce((sum, { frames }) => sum + frames, 0)).toBeGreaterThan((POLICIES * PACKETS) / 4);
    const withTables = tried.filter(({ built }) => built.queues!.includes(' u32 divisor 256'));
    expect(withTables.length).toBeGreaterThan(POLICIES / 5);
  });

  test('count it of the policy that mistakes are tried on', () => {
    expect(differing(mutants.get('')!)).toEqual([]);
  });

  test.each(mutations)('count other frames where $name', ({ name }) => {
    expect(differing(mutants.get(name)!)).not.toEqual([]);
  });
});
