/**
 * Matches about a transport header. Those of iptables hold of no fragment behind the first, which has none. A clause about
 * a port, or about flags that are set, does not either; `not` of one does, so does a protocol alone, and nft's own words may:
 * it takes what stands in such a fragment for the header, or of IPv6 the IPv6 header itself (measured with Linux 6.18).
 */
import type { RuleBuilder } from '../rule-builder.ts';

/** Says in a rule, none of whose other clauses does, that a packet has its transport header. */
export function needHeader(rule: RuleBuilder): void {
  rule.match('fragment', ['later'], true);
}

/** A field of the header that only nft asks for. */
export function askHeader(nft: string, what: string, rule: RuleBuilder): void {
  needHeader(rule);
  rule.opaque(nft, what);
}

/** Of matches that iptables asks of every packet: it takes the data of later fragments for the header. */
export function tellFragments(rule: RuleBuilder): void {
  rule.leaveOut(
    'whether fragments behind the first meet the rule may differ from iptables',
    'They have no such header: iptables takes their data for it. Where flows are tracked, there are none.',
  );
}
