/** `reject`: an answer that says why, in the words that ICMP and ICMPv6 have for it. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { RejectReason } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { NftRule } from '../tree.ts';
import type { DecisionPlace } from './decisions.ts';

const TCP = 6;

type Unreachable = Exclude<RejectReason, 'tcp-reset'>;

/** The reason by nft's names; ICMPv6 has fewer (RFC 792 and RFC 1812; RFC 4443, section 3.1). */
const REASONS: { readonly [Reason in Unreachable]: { readonly v4: string; readonly v6: string } } = {
  'port-unreachable': { v4: 'port-unreachable', v6: 'port-unreachable' },
  'host-unreachable': { v4: 'host-unreachable', v6: 'addr-unreachable' },
  'net-unreachable': { v4: 'net-unreachable', v6: 'no-route' },
  'protocol-unreachable': { v4: 'prot-unreachable', v6: 'port-unreachable' },
  'admin-prohibited': { v4: 'admin-prohibited', v6: 'admin-prohibited' },
  'net-prohibited': { v4: 'net-prohibited', v6: 'admin-prohibited' },
  'host-prohibited': { v4: 'host-prohibited', v6: 'admin-prohibited' },
};

/** Reasons for which nft has one word for both families. */
const FOR_BOTH: { readonly [Reason in Unreachable]?: string } = {
  'port-unreachable': 'port-unreachable',
  'host-unreachable': 'host-unreachable',
  'net-unreachable': 'no-route',
  'admin-prohibited': 'admin-prohibited',
};

/** The statement that refuses a packet; without a reason, TCP is reset and all else gets "port unreachable". */
export function rejectStatement(reason: RejectReason | undefined, place: DecisionPlace): string {
  const { protocols, context } = place;
  const isTcp = protocols?.isSubsetOf(IntervalSet.of(8, TCP)) ?? false;
  if (reason === 'tcp-reset' || (reason === undefined && isTcp)) return reset(isTcp, place);
  if (reason !== undefined) return unreachable(reason, place);
  if (protocols && !protocols.contains(TCP)) return unreachable('port-unreachable', place);
  const chain = context.sharedChain(
    'refuse',
    'a refusal as a closed port gives it: a reset for TCP, unreachable for the rest',
    [
      { statements: ['meta l4proto tcp', 'reject with tcp reset'], origin: undefined },
      { statements: [unreachable('port-unreachable', { ...place, family: undefined })], origin: undefined },
    ],
  );
  return `goto ${chain}`;
}

function reset(isTcp: boolean, { context, origin }: DecisionPlace): string {
  if (isTcp) return 'reject with tcp reset';
  context.refuse(
    origin,
    'only TCP can be reset',
    'Add `tcp` to the rule, or leave the reason out: TCP is reset then, the rest gets port-unreachable.',
  );
  return 'drop';
}

function unreachable(reason: Unreachable, { family, context }: DecisionPlace): string {
  const both = FOR_BOTH[reason];
  if (both !== undefined) return `reject with icmpx type ${both}`;
  if (family !== undefined) return answer(reason, family);
  const rules = ([4, 6] as const).map((one): NftRule => ({
    statements: [`meta nfproto ipv${one}`, answer(reason, one)],
    origin: undefined,
  }));
  return `goto ${context.sharedChain(`refuse ${reason}`, `${reason}, or what ICMPv6 has for it`, rules)}`;
}

function answer(reason: Unreachable, family: Family): string {
  return family === 4 ? `reject with icmp type ${REASONS[reason].v4}` : `reject with icmpv6 type ${REASONS[reason].v6}`;
}
