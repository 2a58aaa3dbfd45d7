/**
 * `synproxy`: the kernel answers SYNs with cookies in the server's place. A SYN that a synproxy rule decides about must
 * not be tracked, so the rule is asked twice: before connection tracking, where the SYN is exempted, and at the head of
 * its filter, which sees the untracked SYN and the client's ACK (invalid, since nobody knows its flow). The packets that
 * the proxy itself sends belong to no socket; a filter for what this host sends lets them through.
 */
import { exclude, rulesExclude } from '../../../compiler/6-plan/commute.ts';
import type { Atom, ProgramItem, ProgramRule, Stage } from '../../../compiler/4-program/program.ts';
import type { Verdict } from '../../../compiler/model/index.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { conditionsOf, protocolsOf } from './conditions.ts';
import { lowerConditionally, lowerRule, type RulePlace } from './rules.ts';

const TCP = 6;
const HANDSHAKE = 'tcp flags & (fin | syn | rst | ack)';

/** An ICMP error about a SYN: behind 8 bytes an IPv4 header without options, of TCP; 13 bytes into that, its flags. */
const QUOTES_SYN = [
  'icmp type { destination-unreachable, time-exceeded, parameter-problem }',
  '@th,64,8 0x45',
  '@th,136,8 6',
  '@th,328,8 & 0x17 == 0x2',
];

/** A rule of a filter, in the order in which a packet meets them. */
interface Step {
  readonly rule: ProgramRule;
  /** Asked for each row of a table. */
  readonly ofRow: boolean;
}

function stepsOf(stage: Stage): Step[] {
  const flat = (items: readonly ProgramItem[], ofRow: boolean): Step[] =>
    items.flatMap((item) =>
      item.kind === 'rule' ? [{ rule: item, ofRow }] : flat(item.items, ofRow || item.kind === 'each'),
    );
  const all = flat([...stage.implied, ...stage.items], false);
  return [...all.filter(({ rule }) => rule.eachPacket), ...all.filter(({ rule }) => !rule.eachPacket)];
}

type Synproxy = Extract<Verdict, { kind: 'synproxy' }>;

function synproxyOf(rule: ProgramRule): Synproxy | undefined {
  const { decision } = rule;
  return decision?.kind === 'verdict' && decision.verdict.kind === 'synproxy' ? decision.verdict : undefined;
}

export function hasSynproxy(stage: Stage): boolean {
  return stepsOf(stage).some(({ rule }) => synproxyOf(rule) !== undefined);
}

/** Exempts the SYNs of synproxy rules from connection tracking. */
export function lowerSynproxyExemption(context: Context): void {
  const stages = context.program.stages.filter(hasSynproxy);
  if (stages.length === 0) return;
  context.enterStage('raw');
  const chain = context.chain('synproxy_prerouting', 'synproxy', 'SYNs that synproxy answers are not tracked', {
    type: 'filter',
    hook: 'prerouting',
    priority: 'raw + 10',
    devices: [],
    policy: 'accept',
  });
  for (const stage of stages) {
    const own = context.chain(`${chainName(stage)}_exempt`, `${stage.id} exempt`, `SYNs of synproxy in ${stage.id}`);
    const forThisHost = stage.id === 'filter input' ? '' : '!= ';
    chain.rules.push({
      statements: [`${HANDSHAKE} == syn`, `fib daddr type ${forThisHost}local`, `jump ${own.name}`],
      origin: undefined,
      remark: `SYNs that ${stage.id} may hand to synproxy`,
    });
    for (const step of stepsToProxies(stage, context)) {
      lowerStep(step, own, { context, stateful: false }, { statement: 'notrack', effects: false });
    }
  }
}

/** The lines at the head of a stateful filter, behind what lets known flows through. */
export function lowerSynproxyHead(stage: Stage, chain: NftChain, context: Context): void {
  if (!hasSynproxy(stage)) return;
  const own = context.chain(chainName(stage), `${stage.id} synproxy`, `${stage.id}: what synproxy answers`);
  const push = (...statements: string[]) =>
    chain.rules.push({ statements, origin: undefined, remark: 'handshakes that synproxy answers' });
  push('ct state untracked', `${HANDSHAKE} == syn`, `jump ${own.name}`);
  push('ct state invalid', `${HANDSHAKE} == ack`, `jump ${own.name}`);
  for (const step of stepsToProxies(stage, context)) {
    const verdict = synproxyOf(step);
    const statement = verdict ? statementOf(verdict) : '';
    lowerStep(step, own, { context, stateful: false }, { statement, effects: true });
  }
}

/** In a filter for what this host sends: the proxy's SYN+ACK to the client and SYN to the server, and errors about SYNs. */
export function lowerSynproxyAnswers(chain: NftChain, context: Context): void {
  if (!context.program.stages.some(hasSynproxy)) return;
  const own = context.sharedChain('synproxy_output', 'what the kernel sends of its own accord: no socket owns it', [
    { statements: ['meta skuid >= 0', 'return'], origin: undefined },
    { statements: ['accept'], origin: undefined },
  ]);
  const push = (remark: string, ...statements: string[]) =>
    chain.rules.push({ statements: [...statements, `jump ${own}`], origin: undefined, remark });
  push('what synproxy sends is its own', 'ct state invalid,new', `${HANDSHAKE} { syn, syn | ack }`);
  push("errors about a SYN that is not tracked are this host's", 'ct state invalid', ...QUOTES_SYN);
}

function chainName(stage: Stage): string {
  return `synproxy_${stage.id.replace('filter ', '')}`;
}

function statementOf(verdict: Synproxy): string {
  const parts = ['synproxy'];
  if (verdict.mss !== undefined) parts.push(`mss ${verdict.mss}`);
  if (verdict.windowScale !== undefined) parts.push(`wscale ${verdict.windowScale}`);
  if (verdict.timestamps) parts.push('timestamp');
  if (verdict.selectiveAck) parts.push('sack-perm');
  return parts.join(' ');
}

/** A rule that decides otherwise ends the walk; a synproxy rule does what it does there. */
function lowerStep(
  rule: ProgramRule,
  chain: NftChain,
  place: RulePlace,
  proxied: { readonly statement: string; readonly effects: boolean },
): void {
  const plain: ProgramRule = { ...rule, effects: [], decision: undefined };
  if (!synproxyOf(rule)) {
    lowerConditionally(plain, chain, place, [], () => ['return']);
    return;
  }
  if (proxied.effects && rule.effects.length > 0) {
    lowerRule({ ...rule, decision: undefined }, chain, place, [`${HANDSHAKE} == syn`]);
  }
  lowerConditionally(plain, chain, place, [], () => [proxied.statement]);
}

/** The rules up to the last synproxy rule that may decide about packets of one; refuses what cannot be asked twice. */
function stepsToProxies(stage: Stage, context: Context): ProgramRule[] {
  const steps = stepsOf(stage);
  const kept: ProgramRule[] = [];
  steps.forEach((step, index) => {
    if (synproxyOf(step.rule)) {
      if (isAskableTwice(step, context)) kept.push(step.rule);
      return;
    }
    if (!mayBeTcp(step.rule)) return;
    const later = steps.slice(index + 1).find(({ rule }) => synproxyOf(rule) && !rulesExclude(rule, step.rule));
    if (later && canPrecede(step, later.rule, context)) kept.push(step.rule);
  });
  return kept;
}

/** Whether the rule, which stands before a synproxy rule and may speak of the same packets, can be asked there too. */
function canPrecede(step: Step, proxy: ProgramRule, context: Context): boolean {
  const { rule, ofRow } = step;
  const leaves = rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'leave';
  const isSimple = rule.decision && !leaves && !ofRow && rule.gates.length === 0 && rule.effects.length === 0;
  const isOneLine = isSimple && conditionsOf(rule.atoms, rule, context).exclusions.length === 0;
  if (isOneLine && foreignAtom(rule) === undefined) return true;
  context.refuse(
    rule.origin,
    `this rule speaks of packets that \`${proxy.origin.text}\` would hand to synproxy, and cannot be asked before they are tracked`,
    'Put the synproxy rule before it.',
  );
  return false;
}

function isAskableTwice({ rule, ofRow }: Step, context: Context): boolean {
  const refuse = (message: string, hint: string) => {
    context.refuse(rule.origin, message, hint);
    return false;
  };
  if (rule.family !== 4) {
    // nft_synproxy_do_eval() takes the checksum of every packet for IPv4's; only one verified in hardware gets past it.
    return refuse(
      'for IPv6, the synproxy of nftables drops what the network card has not verified the checksum of (Linux 6.18)',
      'Add `ipv4` to the rule, and let IPv6 in under a limit.',
    );
  }
  if (ofRow) {
    return refuse('synproxy cannot depend on a row of a table yet', 'Name addresses or a column of the table.');
  }
  if (rule.gates.length > 0) {
    return refuse('synproxy under a limit would be charged twice', 'Limit the flows in a rule of its own behind it.');
  }
  const foreign = foreignAtom(rule);
  if (foreign !== undefined) {
    return refuse(
      `synproxy cannot depend on ${foreign}: it is asked before packets are tracked and routed`,
      'Use addresses, services and the way in.',
    );
  }
  const translated = translationOf(rule, context);
  if (translated !== undefined) {
    return refuse(
      `\`${translated}\` may translate what this rule proxies, and synproxy sees packets before that`,
      'Keep the two apart by `in`, `from` or the protocol.',
    );
  }
  if (context.program.stages.some(({ stateful }) => stateful?.pickup)) {
    return refuse('with `pickup`, the last step of a handshake would be taken for a flow', 'Leave `pickup` out.');
  }
  return true;
}

/** What a rule asks for that is not the same before tracking and in the filter, or for all packets of a handshake. */
function foreignAtom(rule: ProgramRule): string | undefined {
  for (const { test } of rule.atoms) {
    switch (test.kind) {
      case 'zone':
        if (test.field === 'out') return '`out`';
        break;
      case 'address':
        if (test.view !== 'real') return `\`${test.view}\``;
        break;
      case 'number':
        if (!['family', 'protocol', 'service', 'source port', 'destination port', 'source mac'].includes(test.field)) {
          return `\`${test.field}\``;
        }
        break;
      case 'memory':
        if (test.memory.hits > 1) return `\`${test.memory.name}\`, a memory of several hits`;
        break;
      case 'until':
      case 'during':
        break;
      case 'masked':
        return `\`${test.field}\``;
      default:
        return `\`${test.kind}\``;
    }
  }
  return undefined;
}

function mayBeTcp(rule: ProgramRule): boolean {
  return protocolsOf(rule.atoms)?.contains(TCP) ?? true;
}

/** A rule that translates destinations of packets which the rule may speak of. */
function translationOf(rule: ProgramRule, context: Context): string | undefined {
  const nat = context.program.stages.find(({ id }) => id === 'destination nat');
  const isSameThere = ({ test }: Atom): boolean =>
    test.kind === 'zone' || (test.kind === 'address' && test.field === 'source' && test.view === 'real');
  const found = (nat ? stepsOf(nat) : []).find((step) => {
    const { family, atoms } = step.rule;
    if (family !== undefined && rule.family !== undefined && family !== rule.family) return false;
    return mayBeTcp(step.rule) && !exclude(rule.atoms, atoms.filter(isSameThere));
  });
  if (found) return found.rule.origin.text;
  return context.program.balances.find(({ forward }) => forward === 'dnat')?.origin.text;
}
