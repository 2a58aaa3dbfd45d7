/**
 * Stateless filters as lists: what a list drops, its filter forbids. A NIC asks both, `filter input` and `filter forward`, for it does
 * not know which of them a packet will meet, and tells the rules behind `mitigate` (endings.ts) what they have found.
 */
import type { Atom, Family, Program, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { Plan, StagePlan } from '../../../compiler/6-plan/plan.ts';
import type { Origin, Zone } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { SplitRule } from '../tree.ts';
import { setsDscpBefore } from '../unseen-changes.ts';
import { whyFilterUp, type FilterId } from '../why-filter-up.ts';
import type { RuleListOf } from './encode-rules.ts';
import { RuleList, upToLastDrop } from './list.ts';
import { askedOf, type Asked, type Asking } from './tests.ts';

export interface LoweredFilters {
  /** Those that forbid something. */
  readonly lists: readonly RuleListOf[];
  /** The filters that forbid something of a family. */
  readonly forbidding: (family: Family) => ReadonlyMap<FilterId, Origin>;
  readonly split: readonly SplitRule[];
}

const FILTERS: readonly FilterId[] = ['filter input', 'filter forward'];
const FAMILIES: readonly Family[] = [4, 6];

export function lowerFilters({ program, stages }: Plan): LoweredFilters {
  const lists: (RuleListOf & { readonly origin: Origin })[] = [];
  const split: SplitRule[] = [];
  for (const id of FILTERS) {
    const plan = stages.find(({ stage }) => stage.id === id);
    if (!plan) continue;
    const { origin } = plan.stage;
    const families = FAMILIES.filter((family) => whyFilterUp(id, program.policy, family) === undefined);
    const list = listOf(plan, families, program);
    split.push(...list.split);
    const own = families.map((family) => ({ list: id, family, origin, rules: upToLastDrop(list.rules[family]) }));
    lists.push(...own.filter(({ rules }) => rules.length > 0));
  }
  const isForNothing = !lists.some(({ list }) => list === 'filter input');
  if (isForNothing) return { lists: [], forbidding: () => new Map(), split: split.map(leftToHost) };
  const forbidding = (family: Family) =>
    new Map(
      lists.filter((list) => list.family === family).map(({ list, origin }) => [list as FilterId, origin] as const),
    );
  return { lists, forbidding, split };
}

/** Where `filter input` forbids nothing: what might be for this host, no NIC may drop. */
function leftToHost({ origin, why }: SplitRule): SplitRule {
  const unknown =
    'a NIC does not know which packets are for this host, and `filter input` forbids none that it can tell';
  return { origin, action: 'up', why: why ?? unknown };
}

function listOf({ stage, body }: StagePlan, families: readonly Family[], { policy, zones }: Program): RuleList {
  const asked = stage.id === 'filter forward' ? askedBeforeRouting : askedOf;
  const isSet = setsDscpBefore(stage.id as FilterId, policy);
  const list = new RuleList(zones, families, isSet ? withoutDscp(asked) : asked);
  list.block(body, zones);
  if (stage.default) list.rule(defaultOf(stage));
  return list;
}

/** What a packet meets that no rule decided about. */
function defaultOf({ origin, default: verdict }: StagePlan['stage']): ProgramRule {
  return {
    kind: 'rule',
    origin,
    family: undefined,
    eachPacket: false,
    atoms: [],
    gates: [],
    effects: [],
    decision: { kind: 'verdict', verdict: verdict! },
  };
}

/** What is true of every DSCP, or of none, stays so. */
function withoutDscp(asking: Asking): Asking {
  return (atom, family, zones) => {
    const asked = asking(atom, family, zones);
    return typeof asked === 'object' && asked.field === 'dscp' ? undefined : asked;
  };
}

/** Where a packet is forwarded, its TTL is one less by the time that the filter is asked. */
function askedBeforeRouting(atom: Atom, family: Family, zones: readonly Zone[]): Asked {
  const asked = askedOf(atom, family, zones);
  if (typeof asked !== 'object' || asked.field !== 'ttl') return asked;
  const before = [...asked.set.numberIntervals()]
    .filter(([low]) => low < 255)
    .map(([low, high]) => [low + 1, Math.min(high + 1, 255)] as const);
  return before.length === 0 ? asked.negated : { ...asked, set: IntervalSet.fromIntervals(8, before) };
}
