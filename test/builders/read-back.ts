/** A policy as a Program, and the rules that nftables makes of it, read back. */
import { nftables } from '../../backends/nftables/index.ts';
import { readBack } from '../../backends/nftables/readback/index.ts';
import { opaqueWordsOf } from '../../backends/nftables/readback/opaque-words.ts';
import type { OpaqueWords } from '../../backends/nftables/readback/rules.ts';
import { buildProgram } from '../../compiler/4-program/build.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import { buildPlan } from '../../compiler/6-plan/build.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import { checkPolicy } from '../../compiler/check.ts';
import type { Machine } from '../../compiler/proof/machine/form.ts';
import { isError } from '../../grammar/diagnostic.ts';
import { inputsWith } from './ruleset.ts';

export interface ReadPolicy {
  readonly program: Program;
  readonly text: string;
  readonly machine: Machine;
}

/** Undefined where the policy does not compile. `replanned`: another plan for it than the planner's. */
export function policyReadBack(
  policy: string,
  files: Readonly<Record<string, string>> = {},
  replanned: (plan: Plan) => Plan = (plan) => plan,
): ReadPolicy | undefined {
  const checked = checkPolicy({ path: 'test.sluice', text: policy }, inputsWith(files));
  if (!checked.policy || checked.diagnostics.some(isError)) return undefined;
  const { program, diagnostics } = buildProgram(checked.policy, checked.policy.targets[0]);
  const planned = buildPlan(program, { prices: nftables.prices });
  if ([...diagnostics, ...planned.diagnostics].some(isError)) return undefined;
  const lowered = nftables.lower(replanned(planned.plan), nftables.prices);
  if (lowered.diagnostics.some(isError)) return undefined;
  const { content } = lowered.write({ policy: 'test', remarks: [] }).artifacts('test')[0]!;
  const text = content.map((piece) => new TextDecoder().decode(piece)).join('');
  return { program, text, machine: machineOf(text, opaqueWordsOf(program)) };
}

/** A rule set's text as the reader has it, `words` by the rules that have some of nft's own; throws where it is not understood. */
export function machineOf(text: string, words: OpaqueWords = new Map()): Machine {
  const result = readBack([new TextEncoder().encode(text)], words);
  if ('machine' in result) return result.machine;
  throw new Error(`${result.diagnostics[0]?.message}\n${text}`);
}
