import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What a NIC cannot carry out: SL15xx. */
export const PROBLEMS = {
  onlyPart: {
    code: 'SL1501',
    severity: 'error',
    title: 'a NIC decides about a part of the packets only',
    explanation: `A program in P4 drops, before the host sees them, packets that \`mitigate\` or stateless filters drop; all others go up, and the host
decides about them as if there were no NIC. So a target with \`p4\` needs a plane that carries out the whole policy, such as \`nftables\`.`,
  },
  architecture: {
    code: 'SL1502',
    severity: 'error',
    title: 'an architecture of P4 that this version does not write for',
    explanation: `P4 programs are written for an architecture, which a target names behind \`p4\`: \`p4 pna on eth0, eth1\`. This version
writes for \`pna\`, the Portable NIC Architecture, as p4c-dpdk and DPDK's pipeline carry it out, and for \`v1model\`, the architecture of
the software switch BMv2; a target may name a NIC instead (\`p4 ipu-e2000 on eth0\`), whose bounds then count. Behind \`on\` stand the interfaces by which the host gets what comes in by the NIC's ports, in the order of
the ports, from 0.`,
  },
  tooMany: {
    code: 'SL1503',
    severity: 'warning',
    title: 'more rules than a NIC has room for',
    explanation: `The tables of a NIC are bounded: in entries, in the bits of a key, in all, and in the stages that they stand in. The NIC gets the first rules, as many as fit; packets
that meet none of these go up, and the host decides about them, so that the policy means the same. The message says from which rule
on, and its hint which bounds are too narrow. Put the rules that drop most first, or name sets with fewer prefixes.`,
  },
  untried: {
    code: 'SL1505',
    severity: 'warning',
    title: 'a NIC that is known from public documents alone',
    explanation: `Of some NICs only what public documents say is known, and their makers' compilers have not been at hand: nobody has tried the
program on one. What the documents leave open stands at the head of \`p4/program.p4\`, and where the figures come from in
\`backends/p4/targets/\`. The program is fitted to the bounds that are known, and is taken by p4test and p4c-dpdk; build it with the maker's
tools, and compare what the NIC drops with \`p4/split.txt\`, before it stands in a network.`,
  },
  nothing: {
    code: 'SL1504',
    severity: 'warning',
    title: 'nothing for a NIC to drop',
    explanation: `The target names a NIC, but no packet of the policy can be dropped there: neither \`mitigate\` nor stateless filters have a
rule that only drops and that a NIC can ask before others, or no zone of the block is on the NIC's ports. All packets go up, and the
host decides about them. \`p4/split.txt\` says of each rule why.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
