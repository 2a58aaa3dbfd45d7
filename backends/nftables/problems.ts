import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What nftables cannot carry out, and what was emitted for it and is not understood: SL07xx. */
export const PROBLEMS = {
  notExact: {
    code: 'SL0701',
    severity: 'error',
    title: 'nftables cannot carry this out exactly',
    explanation: `The rule is right, but nftables (as of version 1.0.6, which the emitted rule sets are written for) has no way
to do exactly what it says. Sluice never emits something that is only nearly right, so the compile stops. The message says
what the obstacle is and how the rule can be written instead.`,
  },
  notReadBack: {
    code: 'SL0702',
    severity: 'error',
    title: 'emitted rules that cannot be read back',
    explanation: `Sluice reads the rule set that it has written once more, with code that shares nothing with what wrote it, and
compares it with the policy. Here a line is not understood, so it cannot be compared, and nothing is written.

This is a fault in Sluice, never in the policy: please report it, with the policy if you can. Until it is mended,
\`--no-proof\` leaves the comparison out; the rule set then says that nothing was proved of it.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
