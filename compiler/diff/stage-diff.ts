/** The stages of one name in two policies, and the regions in which they differ. */
import { isAtArrival, type StageId } from '../4-program/program.ts';
import type { Table } from '../model/table.ts';
import { NOTHING } from '../proof/diagrams.ts';
import { likelyOrders } from '../proof/likely-orders.ts';
import { OutOfBudget } from '../proof/node-table.ts';
import { inSomeOrder } from '../proof/some-order.ts';
import { Unprovable } from '../proof/unprovable.ts';
import { Comparison, tellsMiddles, type ComparedStages, type Context } from './comparison.ts';
import { needsTracking } from '../semantics/needs.ts';
import { NotComparable } from './not-comparable.ts';
import { Regions, type Region } from './regions.ts';
import { sectionsOf } from './space.ts';

/** Bytes for diagrams. */
const BUDGET = 2 ** 30;
/** Tables of no more rows than this are asked row by row where keys do not tell their rows. */
const MOST_WALKED_ROWS = 4096;

/** The regions of one thing that differs. */
export interface DifferingAspect {
  readonly aspect: string;
  readonly regions: readonly Region[];
}

export type StageDifference =
  | { readonly kind: 'compared'; readonly comparison: Comparison; readonly aspects: readonly DifferingAspect[] }
  | { readonly kind: 'not compared'; readonly reason: string };

/** Never throws for anything that policies may contain. */
export function compareStages(stages: ComparedStages, context: Context): StageDifference {
  const ways: readonly ((table: Table) => boolean)[] = [() => false, ({ rowCount }) => rowCount <= MOST_WALKED_ROWS];
  let reason = '';
  for (const walk of ways) {
    try {
      return compareIn(stages, context, walk);
    } catch (error) {
      const isToBeTold = error instanceof NotComparable || error instanceof Unprovable || error instanceof OutOfBudget;
      if (!isToBeTold) throw error;
      reason = error.message;
    }
  }
  return { kind: 'not compared', reason };
}

function compareIn(stages: ComparedStages, context: Context, walk: (table: Table) => boolean): StageDifference {
  const longest = [...stages.old, ...stages.new].toSorted((a, b) => b.items.length - a.items.length)[0]!;
  const { zones } = stages.old.includes(longest) ? context.old : context.new;
  const orders = likelyOrders(longest, zones);
  return inSomeOrder(orders, BUDGET, (diagrams, layout, order) => {
    const comparison = new Comparison(stages, context, diagrams, layout, walk);
    const differences = comparison.differences().filter(({ where }) => where !== NOTHING);
    const aspects = differences.map(({ aspect, where }): DifferingAspect => {
      const { variables } = comparison.packets;
      const sections = sectionsOf(diagrams.levelsOf(where), order, layout, variables);
      const regions = new Regions({
        diagrams,
        sections,
        keys: comparison.finder.keys,
        interfaces: context.interfaces.cells.length,
        areWhole: areWhole(stages, context),
        areBeginnings: areStateful(stages) && !tellsMiddles(stages, context),
        exemptsFlows: context.exemptsFlows,
        seesWire: SEES_WIRE.has(stages.id),
        kindOf: (change) => comparison.kindOf(change),
      });
      return { aspect, regions: regions.of(where) };
    });
    return { kind: 'compared', comparison, aspects: aspects.filter(({ regions }) => regions.length > 0) };
  });
}

/** Stages that see packets as they are on the wire. */
export const SEES_WIRE: ReadonlySet<StageId> = new Set<StageId>([
  'police',
  'mitigate',
  'shape ingress',
  'raw',
  'mangle prerouting',
]);

/** Fragments have been put together where a connection table is asked. */
function areWhole({ id, old, new: later }: ComparedStages, context: Context): boolean {
  if (id === 'destination nat' || id === 'source nat') return true;
  if (areStateful({ id, old, new: later })) return true;
  const families = [4, 6] as const;
  const policies = [context.old.policy, context.new.policy];
  return !isAtArrival(id) && policies.every((policy) => families.every((family) => needsTracking(policy, family)));
}

function areStateful({ id, old, new: later }: ComparedStages): boolean {
  return id.startsWith('filter ') && [...old, ...later].every((stage) => stage.stateful !== undefined);
}
