/** Which classes count which frames on a second kernel: across queues of an interface, where what comes in is policed, and by tc alone. */
import fastCheck from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { acrossPolicy, alonePolicy, policedPolicy } from '../arbitraries/policy/shaping.ts';
import { buildPolicy, loadedFrom } from '../kernel/conformance/build.ts';
import { inputsOf, shapingText } from '../mutations/corpus.ts';
import { policing } from '../mutations/list/shaping.ts';
import { mutant } from '../mutations/mutant.ts';
import { count, seed } from '../sampling.ts';
import { countedJob, jobOfBuilt, miscounted, type CountedJob } from './counts/job.ts';
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

/** Of what a compiler with a mistake in it makes of one policy, or what else it says of that; '' stands for none. */
async function mutantJobs(): Promise<ReadonlyMap<string, CountedJob | string>> {
  const text = shapingText('policed');
  const outcome = buildPolicy(text);
  if (outcome.kind === 'refused') throw new Error(outcome.diagnostics[0]?.message);
  const { built } = outcome;
  const made = new Map<string, CountedJob | string>([['', jobOfBuilt('unchanged', text, built, MUTANT_PACKETS, seed)]]);
  for (const mutation of mutations) {
    const subject = await mutant(mutation);
    const compiled = subject.compilePolicy(text.policy, inputsOf(text), true);
    const changed = compiled.kind === 'compiled' && { ...built, ...loadedFrom(compiled.artifacts) };
    const job = changed ? jobOfBuilt(mutation.name, text, changed, MUTANT_PACKETS, seed) : 'refused';
    made.set(mutation.name, job);
  }
  return made;
}

describeWithMachine('classes on a second kernel', () => {
  const kinds = new Map<string, readonly CountedJob[]>();
  let results: ReadonlyMap<string, JobResult>;
  let mutants: ReadonlyMap<string, CountedJob | string>;

  beforeAll(async () => {
    mutants = await mutantJobs();
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
