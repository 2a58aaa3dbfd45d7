/**
 * What meets frames at ingress, a hook of devices. `mitigate`: one base chain for all blocks, since `allow` ends mitigate as a
 * whole; behind it the classes of what comes in, which tc's queues then take the packets by. A zone of VLANs is their device and
 * the tag, which frames still carry here. Where rules ask for transport fields, later fragments leave first for a chain of what
 * can hold of them. Of IPv6 without a protocol nothing gets here: the kernel drops it before (nft_do_chain_inet_ingress).
 */
import { isNothing, type StagePlan } from '../../../compiler/6-plan/plan.ts';
import type { StageId } from '../../../compiler/4-program/program.ts';
import type { Zone } from '../../../compiler/model/index.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { ingressMatches } from './interfaces.ts';
import { forLaterFragments, laterFragmentRule } from './later-fragments.ts';
import { matchText } from './matches.ts';
import { lowerNode } from './nodes.ts';

interface ArrivalHook {
  readonly id: StageId;
  readonly name: string;
  readonly priority: string;
}

/** In the order in which they meet frames. What hands packets to tc's queues comes last (backends/tc/redirect.ts). */
const HOOKS: readonly ArrivalHook[] = [
  { id: 'mitigate', name: 'mitigate', priority: '-500' },
  { id: 'shape ingress', name: 'shape_ingress', priority: '-400' },
];

export function lowerArrivals(plans: readonly StagePlan[], context: Context): void {
  for (const hook of HOOKS) {
    const own = plans.filter(({ stage }) => stage.id === hook.id);
    if (own.length > 0) lowerHook(hook, own, context);
  }
}

function lowerHook(hook: ArrivalHook, plans: readonly StagePlan[], context: Context): void {
  const { id, name, priority } = hook;
  context.enterStage(id);
  const devices = [...new Set(plans.flatMap((plan) => devicesOf(plan, context)))];
  const title = plans.map(({ stage }) => stage.origin.name).join(', ');
  const base = context.chain(
    name,
    name,
    `${title} (every packet; IPv6 that leads to no protocol is dropped by the kernel before)`,
    {
      type: 'filter',
      hook: 'ingress',
      priority,
      devices,
      policy: 'accept',
    },
  );
  lowerBlocks(plans, base, context);
  const later = laterFragmentsVerdict(hook, plans, context);
  if (later !== undefined) base.rules.unshift(laterFragmentRule(4, later), laterFragmentRule(6, later));
  base.rules.unshift(...context.takeHead());
}

/** Where later fragments go; undefined: they meet what all packets meet. */
function laterFragmentsVerdict(
  { id, name }: ArrivalHook,
  plans: readonly StagePlan[],
  context: Context,
): string | undefined {
  const own = plans.map((plan) => ({ ...plan, body: forLaterFragments(plan.body) }));
  if (own.every(({ body }, index) => body === plans[index]!.body)) return undefined;
  if (own.every(({ body }) => isNothing(body))) return 'accept';
  context.enterStage(id, 'later fragments');
  const chain = context.chain(`${name}_later_fragments`, name, `${id}: what can hold of later fragments`);
  lowerBlocks(own, chain, context);
  context.enterStage(id);
  return `goto ${chain.name}`;
}

function lowerBlocks(plans: readonly StagePlan[], base: NftChain, context: Context): void {
  const [first, ...more] = plans;
  if (first && more.length === 0 && !zonesOf(first, context).some(hasVlans)) {
    lowerNode(first.body, base, { context, stateful: false });
    return;
  }
  for (const plan of plans) lowerBlock(plan, base, context);
}

/** A block's rules in a chain of its own, for frames that come in by its zones. */
function lowerBlock(plan: StagePlan, base: NftChain, context: Context): void {
  if (isNothing(plan.body)) return;
  const { origin, zones } = plan.stage;
  const wanted = ['mitigate', ...(zones ?? []).map(({ name }) => name)].join('_');
  const own = context.chain(zones ? wanted : 'mitigate_all', `mitigate ${origin.name}`, origin.name);
  for (const matches of ingressMatches(zonesOf(plan, context), context, origin)) {
    base.rules.push({ statements: [...matches.map(matchText), `jump ${own.name}`], origin });
  }
  lowerNode(plan.body, own, { context, stateful: false });
}

function zonesOf({ stage }: StagePlan, context: Context): readonly Zone[] {
  return (stage.zones ?? context.program.zones).map((zone) => context.bound(zone));
}

function hasVlans({ members }: Zone): boolean {
  return members.some(({ vlans }) => vlans !== undefined);
}

function devicesOf(plan: StagePlan, context: Context): string[] {
  const { origin } = plan.stage;
  const names = zonesOf(plan, context).flatMap(({ members }) => members.flatMap((member) => member.interface ?? []));
  const wildcard = names.find((name) => name.endsWith('*'));
  if (wildcard !== undefined) {
    context.refuse(
      origin,
      `\`${wildcard}\` names no single device, and ingress is a hook of one`,
      'Name the devices of the zone one by one.',
    );
  }
  if (names.length === 0) {
    context.refuse(origin, `no zone names a device for \`${origin.name}\``, 'Declare a zone with an interface.');
  }
  return names;
}
