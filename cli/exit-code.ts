/** What the exit code of `sluice` says; scripts rely on it. */
export const EXIT = {
  /** It did what was asked. Warnings may have been said. */
  fine: 0,
  /** The policy has errors, a file cannot be read or written, or `fmt --check` found a file to format. */
  findings: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A fault in Sluice itself. */
  fault: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `--help` and the reference. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.fine, 'done; warnings may have been said'],
  [
    EXIT.findings,
    'errors in the policy, a file that cannot be read or written, what --fail-on names, or (fmt --check) one to be formatted',
  ],
  [EXIT.usage, 'wrong usage'],
  [EXIT.fault, 'a fault in Sluice itself'],
];
