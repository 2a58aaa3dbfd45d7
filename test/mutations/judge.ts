/** What notices a mutation: the proof, another refusal, the walk of plans, or packets in the kernel. */
import { FAULTS } from '../../compiler/proof/problems.ts';
import { RulesetError } from '../kernel/harness/lab.ts';
import { NETWORK } from '../kernel/conformance/network.ts';
import { agrees, tryPolicy } from '../kernel/conformance/run.ts';
import { inputsOf, type Specimen } from './corpus.ts';
import { mutant, type Subject } from './mutant.ts';
import type { Mutation } from './mutation.ts';

/** Each says how it noticed; undefined: it did not. */
export interface Verdict {
  readonly mutation: Mutation;
  /** The proof of a plan found it to be wrong. */
  readonly proof: string | undefined;
  /** The compiler itself refused a policy of the corpus, or broke down over it. */
  readonly compiler: string | undefined;
  /** A random plan and its rules differ for an abstract packet. */
  readonly plans: string | undefined;
  /** The kernel did not take the rule set, or a packet met what the reference does not allow. */
  readonly kernel: string | undefined;
  /** Policies whose rule set is another. */
  readonly changed: number;
}

export function isCaught({ proof, compiler, plans, kernel }: Verdict): boolean {
  return [proof, compiler, plans, kernel].some((noticed) => noticed !== undefined);
}

export interface Effort {
  /** Random lists whose plans are walked. */
  readonly plans: number;
  /** At most so many policies in the kernel, of those whose rule set is another. */
  readonly policies: number;
  readonly seed: number;
}

export async function judge(mutation: Mutation, specimens: readonly Specimen[], effort: Effort): Promise<Verdict> {
  const subject = await mutant(mutation);
  let [proof, compiler]: (string | undefined)[] = [];
  const changed: { readonly specimen: Specimen; readonly ruleset: string }[] = [];
  for (const specimen of specimens) {
    const proved = compiled(subject, specimen, true);
    if (proved.kind === 'none' && proved.isFault) proof ??= `${specimen.name}: ${proved.why}`;
    const made = compiled(subject, specimen, false);
    if (made.kind === 'none') compiler ??= `${specimen.name}: ${made.why}`;
    else if (ruleLines(made.ruleset) !== ruleLines(specimen.built.ruleset)) {
      changed.push({ specimen, ruleset: made.ruleset });
    }
  }
  return {
    mutation,
    proof,
    compiler,
    // A back end has no part in plans.
    plans: mutation.file.startsWith('compiler/') ? subject.wrongPlan(effort.plans, effort.seed) : undefined,
    kernel: await firstDifference(changed.slice(0, effort.policies)),
    changed: changed.length,
  };
}

/** Without comments, which say whether a plan was proved. */
function ruleLines(ruleset: string): string {
  return ruleset.replaceAll(/^\s*#.*\n/gm, '');
}

type Made =
  | { readonly kind: 'compiled'; readonly ruleset: string }
  | { readonly kind: 'none'; readonly why: string; readonly isFault: boolean };

function compiled(subject: Subject, { text }: Specimen, proof: boolean): Made {
  try {
    const made = subject.compilePolicy(text.policy, inputsOf(text), proof);
    if (made.kind === 'compiled') return made;
    return { kind: 'none', why: made.codes.join(', '), isFault: made.codes.some((code) => FAULTS.has(code)) };
  } catch (error) {
    return { kind: 'none', why: String(error), isFault: false };
  }
}

async function firstDifference(
  changed: readonly { readonly specimen: Specimen; readonly ruleset: string }[],
): Promise<string | undefined> {
  for (const { specimen, ruleset } of changed) {
    try {
      const result = await tryPolicy(NETWORK, { ...specimen.built, ruleset }, specimen.script);
      if (!agrees(result)) return `${specimen.name}: ${result.difference ? 'a packet' : result.counters[0]}`;
    } catch (error) {
      if (!(error instanceof RulesetError)) throw error;
      return `${specimen.name}: does not load`;
    }
  }
  return undefined;
}
