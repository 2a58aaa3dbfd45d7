import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What a proof can come to, other than that all is well: SL10xx. */
export const PROBLEMS = {
  planDiffers: {
    code: 'SL1001',
    severity: 'error',
    title: 'the plan does something else than the policy',
    explanation: `Every compile proves that the plan it made means what the policy's rules mean, for every packet. Here it does
not: the message names a packet, what the policy says about it, and what the plan would have done. The same is proved of
what a device before the host does, together with the host. This is a fault in Sluice (exit code 3), not in the policy;
nothing was written. Please report it with the policy. Until it is mended,
\`--without PASS\` leaves out a pass of the planner, and the proof tells whether that helps.`,
  },
  noVerdict: {
    code: 'SL1002',
    severity: 'error',
    title: 'the proof says nothing about this part of the plan',
    explanation: `Every compile proves that the plan it made means what the policy's rules mean. The rules of the proof do not
reach this part: neither that it is right nor that it is wrong could be shown. This is a fault in Sluice (exit code 3);
nothing was written. Please report it with the policy. \`--no-proof\` writes the plan unproved, and says so in what it
writes.`,
  },
  proofTooLarge: {
    code: 'SL1003',
    severity: 'error',
    title: 'the proof needs more memory than it may use',
    explanation: `Every compile proves that the plan it made means what the policy's rules mean, by decision diagrams of all
packets. Rules that mix very many addresses, ports and marks at random can make these larger than their budget of
memory. Nothing was written. Split the block into policies of their own, or write the plan unproved with \`--no-proof\`,
which is said in what is written.`,
  },
} as const satisfies Record<string, DiagnosticKind>;

/** Codes of findings that are faults of Sluice, not of a policy. */
export const FAULTS: ReadonlySet<string> = new Set([PROBLEMS.planDiffers.code, PROBLEMS.noVerdict.code]);
