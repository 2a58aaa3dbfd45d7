/** What notices a mutation: the proof, another refusal, the walk of plans, or packets in the kernel. */
import { FAULTS } from '../../compiler/proof/problems.ts';
import { RulesetError } from '../../cli/lab/lab.ts';
import { NETWORK } from '../kernel/conformance/network.ts';
import { loadedFrom } from '../kernel/conformance/build.ts';
import { agrees, tryPolicy } from '../kernel/conformance/run.ts';
import { inputsOf, type Specimen } from './corpus.ts';
import { mutant, type Subject } from './mutant.ts';
import type { Mutation } from './mutation.ts';

/** In the order in which they are asked, the quickest first. */
type Judge = 'proof' | 'compiler' | 'plans' | 'kernel';

export interface Verdict {
  readonly mutation: Mutation;
  /** Who noticed first, and how; undefined: nobody did. */
  readonly noticed: { readonly by: Judge; readonly how: string } | undefined;
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
  const changed: Changed[] = [];
  for (const specimen of specimens) {
    const proved = compiled(subject, specimen, true);
    const made = proved.kind === 'none' && proved.isFault ? proved : compiled(subject, specimen, false);
    if (made.kind === 'none') {
      // Without the proof, another check of the compiler's own stopped it, or it broke down.
      const by = made === proved ? 'proof' : 'compiler';
      return { mutation, noticed: { by, how: `${specimen.name}: ${made.why}` } };
    }
    if (loadedText(made.loaded) !== loadedText(specimen.built)) changed.push({ specimen, loaded: made.loaded });
  }
  // A back end has no part in plans.
  const plan = mutation.file.startsWith('compiler/') ? subject.wrongPlan(effort.plans, effort.seed) : undefined;
  if (plan !== undefined) return { mutation, noticed: { by: 'plans', how: plan } };
  const difference = await firstDifference(changed.slice(0, effort.policies));
  return { mutation, noticed: difference === undefined ? undefined : { by: 'kernel', how: difference } };
}

/** What the kernel loads of a mutant's build. */
type Loaded = ReturnType<typeof loadedFrom>;

interface Changed {
  readonly specimen: Specimen;
  readonly loaded: Loaded;
}

/** Without comments, which say whether a plan was proved. */
function loadedText({ ruleset, queues, redirect, classes }: Loaded): string {
  const text = [ruleset, queues, redirect].join('\n').replaceAll(/^\s*#.*\n/gm, '');
  return `${text}\n${[...classes].join('\n')}`;
}

type Made =
  | { readonly kind: 'compiled'; readonly loaded: Loaded }
  | { readonly kind: 'none'; readonly why: string; readonly isFault: boolean };

function compiled(subject: Subject, { text }: Specimen, proof: boolean): Made {
  try {
    const made = subject.compilePolicy(text.policy, inputsOf(text), proof);
    if (made.kind === 'compiled') return { kind: 'compiled', loaded: loadedFrom(made.artifacts) };
    return { kind: 'none', why: made.codes.join(', '), isFault: made.codes.some((code) => FAULTS.has(code)) };
  } catch (error) {
    return { kind: 'none', why: String(error), isFault: false };
  }
}

async function firstDifference(changed: readonly Changed[]): Promise<string | undefined> {
  for (const { specimen, loaded } of changed) {
    try {
      const result = await tryPolicy(NETWORK, { ...specimen.built, ...loaded }, specimen.script);
      if (!agrees(result)) return `${specimen.name}: ${result.difference ? 'a packet' : result.counters[0]}`;
    } catch (error) {
      if (!(error instanceof RulesetError) && loaded.queues === undefined) throw error;
      return `${specimen.name}: does not load`;
    }
  }
  return undefined;
}
