import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What nftables cannot carry out: SL07xx. */
export const PROBLEMS = {
  notExact: {
    code: 'SL0701',
    severity: 'error',
    title: 'nftables cannot carry this out exactly',
    explanation: `The rule is right, but nftables (as of version 1.0.6, which the emitted rule sets are written for) has no way
to do exactly what it says. Sluice never emits something that is only nearly right, so the compile stops. The message says
what the obstacle is and how the rule can be written instead.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
