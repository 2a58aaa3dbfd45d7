/** Frames through what compilers with a mistake in them make of a policy. */
import { buildPolicy, loadedFrom } from '../../kernel/conformance/build.ts';
import { inputsOf, shapingText } from '../../mutations/corpus.ts';
import { mutant } from '../../mutations/mutant.ts';
import type { Mutation } from '../../mutations/mutation.ts';
import { jobOfBuilt, type CountedJob } from './job.ts';

/** Of each mutation by its name, or what else it says of the policy; '' stands for none. */
export async function mutantJobs(
  policy: string,
  mutations: readonly Mutation[],
  packets: number,
  seed: number,
): Promise<ReadonlyMap<string, CountedJob | string>> {
  const text = shapingText(policy);
  const outcome = buildPolicy(text);
  if (outcome.kind === 'refused') throw new Error(outcome.diagnostics[0]?.message);
  const { built } = outcome;
  const made = new Map<string, CountedJob | string>([['', jobOfBuilt('unchanged', text, built, packets, seed)]]);
  for (const mutation of mutations) {
    const subject = await mutant(mutation);
    const compiled = subject.compilePolicy(text.policy, inputsOf(text), true);
    const changed = compiled.kind === 'compiled' && { ...built, ...loadedFrom(compiled.artifacts) };
    const job = changed ? jobOfBuilt(mutation.name, text, changed, packets, seed) : 'refused';
    made.set(mutation.name, job);
  }
  return made;
}
