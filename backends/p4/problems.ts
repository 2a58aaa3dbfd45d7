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
the software switch BMv2. Behind \`on\` stand the interfaces by which the host gets what comes in by the NIC's ports, in the order of
the ports, from 0.`,
  },
  tooMany: {
    code: 'SL1503',
    severity: 'warning',
    title: 'more rules than a NIC has room for',
    explanation: `The tables of a NIC are bounded: in entries, in the bits of a key, and in all. The NIC gets the first rules, as many as fit; packets
that meet none of these go up, and the host decides about them, so that the policy means the same. The message says from which rule
on. Put the rules that drop most first, or name sets with fewer prefixes.`,
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
