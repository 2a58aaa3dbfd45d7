import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What tc cannot carry out: SL13xx. */
export const PROBLEMS = {
  notExact: {
    code: 'SL1301',
    severity: 'error',
    title: 'tc cannot carry this out exactly',
    explanation: `The block is right, but the queues of Linux, or this version of Sluice, have no way to do exactly what it says. Sluice never
emits something that is only nearly right, so the compile stops. The message says what the obstacle is and what to write instead.`,
  },
  onlyQueues: {
    code: 'SL1302',
    severity: 'error',
    title: 'tc has the queues of `shape` only',
    explanation: `tc makes the queues of \`shape\` blocks. All other blocks need another plane, and so does the choice of a class for what
comes in: add \`nftables\` to the target. It tells the queues by the packet's priority, which costs one lookup and no filter.
Where a target has \`tc\` alone, filters of tc choose the class of what leaves, by addresses, DSCP and TTL.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
