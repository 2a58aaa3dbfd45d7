/** What can be wrong with expectations: SL04xx. */
import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

export const PROBLEMS = {
  unmetExpectation: {
    code: 'SL0401',
    severity: 'error',
    title: 'expectation not met',
    explanation: `An \`expect\` block holds the policy's own tests: packets, and what must become of them. They are run on
the reference semantics at every \`check\` and \`compile\`, and a policy that does something else is not compiled.

The message says what becomes of the packet instead and names the rule that decided. Either the policy is wrong, or
the expectation is: change the one that does not say what you mean.`,
  },
  undecidedExpectation: {
    code: 'SL0402',
    severity: 'error',
    title: 'expectation that may or may not be met',
    explanation: `What becomes of the packet is left open by the policy: a \`sample\` clause draws lots, an \`opaque\` clause
cannot be looked into, or an address is chosen from a range. The expectation holds for some of the answers only.

Expect what holds for every answer, or take the open clause out of the way of the packet.`,
  },
  missingRoute: {
    code: 'SL0403',
    severity: 'error',
    title: 'expectation without a route',
    explanation: `Where a packet goes is decided by routing, which a policy does not know. An expectation gives it by
\`out ZONE\`, or its block does for all of them:

\`\`\`sluice
expect {
  route 10.0.0.0/8 out inside
  allow tcp 203.0.113.9:40000 -> 192.0.2.80:443 in uplink becomes 203.0.113.9:40000 -> 10.0.0.5:8443
}
\`\`\`

Without either, the packet is taken to be for this host; but here its destination is translated to an address that
nothing leads to.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
