import type { DiagnosticKind } from '../../../grammar/diagnostic.ts';

/** What reading back can come to, other than that all is well: SL11xx. */
export const PROBLEMS = {
  rulesDiffer: {
    code: 'SL1101',
    severity: 'error',
    title: 'the emitted rules do something else than the policy',
    explanation: `Every compile reads the rules that it has written once more, with code that shares nothing with what wrote
them, and compares them with the policy's, stage by stage and for all packets. Here they differ: the message names what
differs, what the policy says about a packet, and what the rules would have done to it.

This is a fault in Sluice, not in the policy; nothing was written. Please report it with the policy.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
