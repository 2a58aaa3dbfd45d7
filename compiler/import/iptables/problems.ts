/** What can go wrong when iptables rules become a policy: SL08xx. */
import type { DiagnosticKind } from '../../../grammar/diagnostic.ts';

function error(code: string, title: string, explanation: string): DiagnosticKind {
  return { code, severity: 'error', title, explanation };
}

export const PROBLEMS = {
  notADump: error(
    'SL0801',
    'no line of iptables-save',
    `The line is none that \`iptables-save\` or \`ip6tables-save\` writes: \`*TABLE\`, \`:CHAIN POLICY\`, \`-A CHAIN …\`,
\`COMMIT\`, a comment. What \`iptables -S\` lists is read as well, and so are the commands \`-A\`, \`-N\` and \`-P\` of a script
without variables. The output of \`iptables -L\` leaves much out; save the rules with \`iptables-save > rules.save\` (or
\`iptables-save -c\`) on the host itself.`,
  ),
  cut: error(
    'SL0802',
    'a dump that ends too early',
    `A table was begun and there is no \`COMMIT\` for it, so rules may be missing. Nothing is imported from half a dump:
save the rules again.`,
  ),
  unknownWord: error(
    'SL0803',
    'a match, target or option that is not known',
    `The rule uses a match, a target or an option that the importer does not know, so nobody can tell which packets it is
for. If it comes from an extension of your own, express the rule without it in the dump, or leave it out and add it to the
policy by hand.`,
  ),
  unsayable: error(
    'SL0804',
    'a rule that a policy cannot say exactly',
    `The rule means something that no rule of a policy means exactly. What comes close is not written instead: a policy must
not be weaker than the dump. Change the rule in a copy of the dump as the message proposes, import that, and look at what
you changed in the policy.`,
  ),
  opaque: error(
    'SL0805',
    'a rule that only nftables can say',
    `Sluice has no clause or effect for a part of the rule, but nft has one. With \`--keep-opaque\` that part is kept in nft's
own words: \`opaque nftables "…"\`. No pass looks into such words, and they bind the policy to nftables.`,
  ),
  missingChain: error(
    'SL0806',
    'a chain that the table does not declare',
    `A rule stands in a chain, or jumps to one, that its table has no \`:CHAIN\` line for. \`iptables-restore\` would refuse
the file, too.`,
  ),
  loopback: {
    code: 'SL0807',
    severity: 'warning',
    title: 'rules for what the host says to itself',
    explanation: `What a host sends to itself never enters a filter of a policy. The dump has rules that would refuse some
of it. Usually they were not written with loopback in mind; where they were, keep them in a table of your own.`,
  },
  leftOut: {
    code: 'SL0808',
    severity: 'warning',
    title: 'a detail that is left out',
    explanation: `The policy says which packets the rule is for and what becomes of them, but not this detail of it: a field
of a log message, the size of a list in the kernel, the counter of a rule that does nothing else. Or no packet ever meets the
rules, because they stand in a chain that nobody jumps to. The message says what it is.`,
  },
  moved: {
    code: 'SL0809',
    severity: 'warning',
    title: 'a rule that stands in another place',
    explanation: `nftables cannot do in the rule's own place what it does, so the policy does it in the next block that
packets meet. The message says which one, and what happens between the two places.`,
  },
  nowhere: error(
    'SL0810',
    'rules of a chain that a policy has no block for',
    `No block of a policy stands where packets meet the table \`security\`, or the chain \`INPUT\` of the table \`nat\`, and
the rules there do something. Take them out of a copy of the dump, import that, and keep them in a table of your own.`,
  ),
  unknownSet: error(
    'SL0811',
    'a set that no file describes',
    `The rule asks for a set of \`ipset\`, or writes one, and no dump of iptables holds what is in it. Save the sets on the
host, \`ipset save > sets.save\`, and give that file beside the others, in any order. What the sets hold then becomes lists
of the policy; what packets or other programs put into them becomes memories.`,
  ),
  noPolicy: {
    code: 'SL0815',
    severity: 'warning',
    title: 'a built-in chain without its policy',
    explanation: `A rule stands in a built-in chain that the table has no \`:CHAIN POLICY\` line for. \`iptables-restore\` takes such a
file, and leaves the chain the policy that it has in the kernel: on a host just started, ACCEPT. The import takes that.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
