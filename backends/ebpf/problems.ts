import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What XDP cannot carry out: SL12xx. */
export const PROBLEMS = {
  notExact: {
    code: 'SL1201',
    severity: 'error',
    title: 'XDP cannot carry this out exactly',
    explanation: `The rule is right, but a program at XDP has no way to do exactly what it says: it sees frames before the kernel has
looked at them, and knows neither marks, flows, the clock on the wall nor what other planes keep. Sluice never emits something
that is only nearly right. A stateless filter must besides be the first thing that a packet meets behind XDP, and must not ask for
what only the whole packet has where fragments may come. The program that chooses the classes of \`shape … egress\` sees packets as they
leave, translated and in fragments, and asks for addresses, DSCP, TTL, marks, and in IPv4 the protocol. The message says what the obstacle is and what to write instead; where the target names another
plane behind XDP that can carry the block out, that plane takes it whole, and this is only said as the reason in
\`manifest.json\`.`,
  },
  notHere: {
    code: 'SL1202',
    severity: 'error',
    title: 'programs carry out `mitigate`, `balance`, stateless filters and the classes of what leaves only',
    explanation: `Programs at XDP carry out \`mitigate\`, \`balance\`, \`filter input stateless\` and \`filter forward stateless\` in this
version, and one where packets leave chooses the classes of \`shape … egress\`. A stateful filter has to know flows, and what this host sends itself does not pass there. All other blocks need another plane:
add \`nftables\` to the target.`,
  },
  tooLarge: {
    code: 'SL1203',
    severity: 'error',
    title: 'too many rules for the tables of XDP or sk_lookup',
    explanation: `Each field that rules test has a table of the rules that a value meets, a bit for each rule. Here the tables would
take more memory than one map can hold, or more different rows than can be numbered. Put the values that decide the same into
one set (\`let blocked from "list.txt"\`): a set of a million prefixes is one rule. Or leave this part to nftables.`,
  },
  tooManyBuckets: {
    code: 'SL1204',
    severity: 'error',
    title: 'too many buckets for limits at XDP',
    explanation: `A limit at XDP has a table with room for as many keys as the policy says (\`keys N\`, 65,536 unless said, for
each family where an address is in the key). The kernel sets all of it aside when the program is loaded, so that a flood of keys
takes no memory from anything else. Here that would be more than 4 GiB. Say how many keys each limit needs.`,
  },
  notInLookup: {
    code: 'SL1211',
    severity: 'error',
    title: 'sk_lookup cannot carry this out exactly',
    explanation: `The rule is right, but a program at sk_lookup has no way to do exactly what it says: it is told both addresses, both ports
and the protocol, as they are when the kernel looks for a socket, and nothing else of the packet, its way or the time. The
message says what the obstacle is and what to write instead. Where the target names another plane that can carry \`dispatch\` out,
that plane takes it whole, and this is only said as the reason in \`manifest.json\`.`,
  },
  onlyLookups: {
    code: 'SL1212',
    severity: 'error',
    title: 'sk_lookup carries out `dispatch` only',
    explanation: `Programs at sk_lookup pick the socket that gets a packet, after everything else: they carry out \`dispatch\`. All other blocks
need another plane: add \`nftables\` to the target.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
