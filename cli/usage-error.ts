/** A wrong command line that only shows once the command runs. Its message is all that is said; the exit code is 2. */
export class UsageError extends Error {}
