/** What a command has of the world besides files: the standard streams and the environment. */

/** A standard stream to write to. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Width in characters; undefined where it is no terminal. */
  readonly columns: number | undefined;
}

export interface Session {
  /** All of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Whether to colour what is written there: only on a terminal, and not where `NO_COLOR` (no-color.org) is set. */
export function wantsColour(output: Output, environment: Session['environment']): boolean {
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return output.isTerminal && !refused;
}
