import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What can go wrong when a checked policy becomes a Program: SL05xx. */
export const PROBLEMS = {
  tooManyConjunctions: {
    code: 'SL0501',
    severity: 'error',
    title: 'too many alternatives in one rule',
    explanation: `A rule is carried out as conjunctions of tests: \`where (a or b) and (c or d)\` needs four. This rule
needs more than 1,024, and no plane could hold it.

Lists inside one clause (\`from a, b\`, \`tcp/80, tcp/443\`) are one set and cost nothing here; alternatives of
*different* clauses, joined by \`or\` in \`where\` or negated together, are what multiplies. Split the rule, or put the
combinations into a table and use \`each\`.`,
  },
  anyOriginalAddress: {
    code: 'SL0504',
    severity: 'error',
    title: 'any original address',
    explanation: `\`original from\` and \`original to\` ask for the addresses that the first packet of the flow had. A packet that
belongs to no flow (most ICMPv6 of neighbour discovery, what \`notrack\` exempts, what is invalid) has none, so \`original from
::/0\` would not hold of all packets of IPv6, as it reads, but of those that belong to a flow. If that is not what is meant, leave the
clause out; if it is, \`state new, established, related\` asks for it, in stateless filters and rules for \`each packet\`.`,
  },
  otherProfile: {
    code: 'SL0502',
    severity: 'error',
    title: 'a profile of another policy',
    explanation: `\`--profile\` names counters that were read where a build of this policy runs: a build made with
\`--keep-counters\`, in which each rule has a counter that is called as the rule is. Not one of the counters in the file is
called so: they were read from another policy, or from a build without \`--keep-counters\`.`,
  },
  unknownCounter: {
    code: 'SL0503',
    severity: 'warning',
    title: 'counters of a profile that belong to no rule',
    explanation: `The profile was read from an earlier build, and the policy has changed since: some of its rules are no longer
there, or are called otherwise. Their counts are left out, and rules that the profile does not know are taken for ones that no
packet met. Orders that follow from a profile never change what packets meet. Read the counters anew once this build has run for a
while.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
