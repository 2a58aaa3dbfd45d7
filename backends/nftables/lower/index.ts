/** Plan → one table of nft. */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import type { Prices } from '../../../compiler/cost/prices.ts';
import type { NftTable } from '../tree.ts';
import { lowerArrivals } from './arrivals.ts';
import { lowerBalances } from './balance.ts';
import { Context } from './context.ts';
import { lowerHairpins } from './hairpin.ts';
import { lowerFlowMarks } from './marks.ts';
import { refuseFormerWayOut } from './own-packets.ts';
import { declareRuleCounters } from './rule-counters.ts';
import { lowerStage } from './stages.ts';
import { lowerSynproxyExemption } from './synproxy.ts';
import { lowerTracking } from './tracking.ts';

/** The table that carries out a plan, and what could not be carried out. */
export function lowerPlan(
  plan: Plan,
  name: string,
  prices: Prices,
): { readonly table: NftTable; readonly diagnostics: readonly Diagnostic[] } {
  const context = new Context(plan.program, prices);
  declareRuleCounters(context);
  lowerArrivals(plan.stages, context);
  lowerSynproxyExemption(context);
  lowerFlowMarks(context);
  lowerBalances(context);
  refuseFormerWayOut(plan, context);
  for (const stage of plan.stages) lowerStage(stage, plan, context);
  lowerHairpins(context);
  lowerTracking(context);
  context.moveContinuations();
  const { objects, sets, chains, diagnostics } = context;
  return { table: { name, objects, sets, chains }, diagnostics };
}
