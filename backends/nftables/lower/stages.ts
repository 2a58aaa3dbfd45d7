/** Stages as base chains: which hook, which priority, and the frame around the policy's own rules. */
import { exemptsFlows } from '../../../compiler/4-program/every-rule.ts';
import type { StageId } from '../../../compiler/4-program/program.ts';
import { isNothing, type Plan, type StagePlan } from '../../../compiler/6-plan/plan.ts';
import type { BaseChainHook, NftChain, NftRule } from '../tree.ts';
import { needsTracking } from '../../../compiler/semantics/needs.ts';
import type { Context } from './context.ts';
import { verdictStatement } from './decisions.ts';
import { beginDispatch } from './dispatch.ts';
import {
  forLaterFragments,
  forPacketsWithoutProtocol,
  laterFragmentRule,
  withProtocolRule,
} from './later-fragments.ts';
import { lowerNode } from './nodes.ts';
import { translatesOwnPackets, withoutIncoming } from './own-packets.ts';
import type { RulePlace } from './rules.ts';
import { lowerSynproxyAnswers, lowerSynproxyHead } from './synproxy.ts';

interface StageHook {
  readonly name: string;
  readonly type: BaseChainHook['type'];
  readonly hook: BaseChainHook['hook'];
  readonly priority: string;
}

/**
 * Priorities as in netfilter's own chains (nft(8), PRIORITIES). `count` and `shape` stand just before the source translation,
 * where both ends are still the real hosts.
 */
const HOOKS: { readonly [Id in StageId]: readonly StageHook[] } = {
  police: [], // tc's.
  mitigate: [], // At devices, not at a hook of all packets: arrivals.ts.
  'shape ingress': [], // Likewise.
  raw: [
    { name: 'raw_prerouting', type: 'filter', hook: 'prerouting', priority: 'raw' },
    { name: 'raw_output', type: 'filter', hook: 'output', priority: 'raw' },
  ],
  'mangle prerouting': [{ name: 'mangle_prerouting', type: 'filter', hook: 'prerouting', priority: 'mangle' }],
  'destination nat': [
    { name: 'nat_prerouting', type: 'nat', hook: 'prerouting', priority: 'dstnat' },
    { name: 'nat_output', type: 'nat', hook: 'output', priority: '-100' },
  ],
  'mangle input': [{ name: 'mangle_input', type: 'filter', hook: 'input', priority: 'mangle' }],
  'filter input': [{ name: 'filter_input', type: 'filter', hook: 'input', priority: 'filter' }],
  dispatch: [{ name: 'dispatch_prerouting', type: 'filter', hook: 'prerouting', priority: 'dstnat + 5' }],
  'mangle forward': [{ name: 'mangle_forward', type: 'filter', hook: 'forward', priority: 'mangle' }],
  'filter forward': [{ name: 'filter_forward', type: 'filter', hook: 'forward', priority: 'filter' }],
  'mangle output': [{ name: 'mangle_output', type: 'route', hook: 'output', priority: 'mangle' }],
  'filter output': [{ name: 'filter_output', type: 'filter', hook: 'output', priority: 'filter' }],
  'mangle postrouting': [{ name: 'mangle_postrouting', type: 'filter', hook: 'postrouting', priority: 'mangle' }],
  'source nat': [{ name: 'nat_postrouting', type: 'nat', hook: 'postrouting', priority: 'srcnat' }],
  count: [{ name: 'count_postrouting', type: 'filter', hook: 'postrouting', priority: 'srcnat - 10' }],
  shape: [{ name: 'shape_postrouting', type: 'filter', hook: 'postrouting', priority: 'srcnat - 5' }],
};

/** Appends the base chains of a stage of `whole`, and what they jump to, to the table. */
export function lowerStage(plan: StagePlan, whole: Plan, context: Context): void {
  const { stage } = plan;
  context.enterStage(stage.id);
  for (const hook of HOOKS[stage.id]) {
    // A stage with two hooks carries out its rules at both, in chains of their own.
    context.enterStage(stage.id, HOOKS[stage.id].length > 1 && hook.hook === 'output' ? 'output' : '');
    const body = hook.hook === 'output' ? withoutIncoming(plan.body) : plan.body;
    const eachPacket = hook.hook === 'output' ? withoutIncoming(plan.eachPacket) : plan.eachPacket;
    if (isNothing(body) && isNothing(eachPacket) && stage.default === undefined) continue;
    const chain = context.chain(hook.name, `${hook.name} ${stage.origin.name}`, describe(plan), baseHook(hook, plan));
    const place: RulePlace = { context, stateful: stage.stateful !== undefined };
    skipLoopback(hook, plan, whole, chain);
    const head = chain.rules.length;
    if (stage.id === 'dispatch') beginDispatch(chain, context);
    const asked = { ...plan, body, eachPacket };
    const rules = hook.hook === 'output' ? chain : leadPacketsWithoutProtocol(asked, chain, place);
    if (hook.hook !== 'output') leadFragments(asked, rules, place);
    lowerNode(eachPacket, rules, place);
    passEstablished(plan, rules, context);
    lowerNode(body, rules, place);
    closeWithDefault(plan, rules, context);
    chain.rules.splice(head, 0, ...context.takeHead());
  }
}

/**
 * The chain for packets that have a protocol. Where rules ask for all protocols but some, nft breaks off at packets that have
 * none: these go on in the base chain, and meet there what can hold of them.
 */
function leadPacketsWithoutProtocol(plan: StagePlan, chain: NftChain, place: RulePlace): NftChain {
  const { context } = place;
  const { stage } = plan;
  // They belong to no flow, and so are never translated.
  if (stage.id === 'destination nat' || stage.id === 'source nat') return chain;
  const own = { body: forPacketsWithoutProtocol(plan.body), eachPacket: forPacketsWithoutProtocol(plan.eachPacket) };
  const isDropped = stage.stateful?.invalid === 'drop' && !exemptsFlows(context.program);
  if (own.eachPacket === plan.eachPacket && (isDropped || own.body === plan.body)) return chain;
  const others = context.chain(
    `${chain.name}_by_protocol`,
    chain.name,
    `${stage.origin.name}: packets with a protocol`,
  );
  chain.rules.push(withProtocolRule(`goto ${others.name}`));
  context.enterStage(stage.id, 'packets without protocol');
  lowerNode(own.eachPacket, chain, place);
  if (stage.stateful?.invalid === 'drop') chain.rules.push(invalidRule());
  lowerNode(own.body, chain, place);
  closeWithDefault(plan, chain, context);
  context.enterStage(stage.id);
  return others;
}

function invalidRule(): NftRule {
  return { statements: ['ct state invalid', 'drop'], origin: undefined, remark: 'what belongs to no flow ends here' };
}

/**
 * Where no packet of a family is tracked, and so none is put together again, later fragments leave for rules of their own:
 * nft takes the beginning of their data for a transport header (measured with Linux 6.18).
 */
function leadFragments(plan: StagePlan, chain: NftChain, place: RulePlace): void {
  const { context } = place;
  const { stage } = plan;
  const leads = ([4, 6] as const).filter((family) => !needsTracking(context.program.policy, family));
  if (stage.id === 'destination nat' || stage.id === 'source nat' || leads.length === 0) return;
  const [body, eachPacket] = [forLaterFragments(plan.body), forLaterFragments(plan.eachPacket)];
  if (body === plan.body && eachPacket === plan.eachPacket) return;
  context.enterStage(stage.id, 'later fragments');
  const name = `${chain.name}_later_fragments`;
  const own = context.chain(name, chain.name, `${stage.origin.name}: what can hold of later fragments`);
  chain.rules.push(...leads.map((family) => laterFragmentRule(family, `goto ${own.name}`)));
  lowerNode(eachPacket, own, place);
  lowerNode(body, own, place);
  closeWithDefault(plan, own, context);
  context.enterStage(stage.id);
}

function describe(plan: StagePlan): string {
  const { stage } = plan;
  if (stage.stateful) return `${stage.origin.name} (stateful: rules decide about new flows)`;
  const isTranslation = stage.id === 'destination nat' || stage.id === 'source nat';
  return `${stage.origin.name} (${isTranslation ? 'rules decide about new flows' : 'every packet'})`;
}

function baseHook(hook: StageHook, plan: StagePlan): BaseChainHook {
  const policy = plan.stage.default === undefined || plan.stage.default.kind === 'allow' ? 'accept' : 'drop';
  return { type: hook.type, hook: hook.hook, priority: hook.priority, devices: [], policy };
}

/**
 * Loopback never enters a filter; and what this host sends to itself has met the blocks of what it sends, and is not
 * received from anywhere. Behind a translation in the output hook, `oif` is still the way out from before it.
 */
function skipLoopback(hook: StageHook, plan: StagePlan, whole: Plan, chain: NftChain): void {
  const isFilter = plan.stage.id.startsWith('filter ') && hook.hook !== 'forward';
  // Where sockets are picked, a hook for input would come too late.
  const isReceived = hook.type === 'filter' && hook.hook === 'prerouting' && plan.stage.id !== 'dispatch';
  if (!isFilter && !isReceived) return;
  const sent = translatesOwnPackets(whole) ? 'fib daddr type local' : 'oif "lo"';
  const isLoopback = hook.hook === 'output' ? sent : 'iif "lo"';
  const remark = isFilter ? 'loopback never enters a filter' : 'what this host sends to itself was not received';
  chain.rules.push({ statements: [isLoopback, 'accept'], origin: undefined, remark });
}

/**
 * Packets of flows that were let through leave first; what belongs to no flow ends here. A flow is confirmed once a
 * packet of it has left by the last hook, so `ct status confirmed` is what the language means by a flow that is allowed;
 * `ct state established` would have every packet judged again until the first reply.
 */
function passEstablished({ stage }: StagePlan, chain: NftChain, context: Context): void {
  const { stateful } = stage;
  if (!stateful) return;
  const frame = (remark: string, ...statements: string[]) =>
    chain.rules.push({ statements, origin: undefined, remark });
  frame('flows that were let through leave first, with their replies and errors', 'ct status confirmed', 'accept');
  lowerSynproxyHead(stage, chain, context);
  if (stage.id === 'filter output') lowerSynproxyAnswers(chain, context);
  const invalid = stateful.invalid === 'drop' ? ', invalid : drop' : '';
  frame(
    'what a helper announced passes; what belongs to no flow ends here',
    `ct state vmap { related : accept${invalid} }`,
  );
  if (stateful.pickup || stateful.invalid === 'pass') return;
  frame('a TCP flow starts with a SYN', 'ct state new', 'tcp flags & (fin | syn | rst | ack) != syn', 'drop');
}

function closeWithDefault(plan: StagePlan, chain: NftChain, context: Context): void {
  const { stage } = plan;
  if (stage.default?.kind !== 'reject') return;
  const statement = verdictStatement(stage.default, {
    context,
    family: undefined,
    origin: stage.origin,
    protocols: undefined,
  });
  chain.rules.push({ statements: [statement], origin: stage.origin });
}
