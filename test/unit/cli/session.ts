/** Running commands in the test's own process. */
import { runCommandLine } from '../../../cli/command-line.ts';
import type { ExitCode } from '../../../cli/exit-code.ts';
import type { Output, Session } from '../../../cli/session.ts';

export interface Run {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** What comes by standard input; a function is called when the command reads it. */
  readonly input?: string | Uint8Array | (() => Promise<Uint8Array>);
  readonly environment?: Session['environment'];
}

/** Runs `sluice ARGS`, with streams that are no terminals. */
export async function runSluice(args: readonly string[], world: World = {}): Promise<Run> {
  const { input = '' } = world;
  const written = { stdout: '', stderr: '' };
  const outputTo = (stream: 'stdout' | 'stderr'): Output => ({
    write: (text) => (written[stream] += text),
    isTerminal: false,
    columns: undefined,
  });
  const code = await runCommandLine(args, {
    readInput: async () => {
      if (typeof input === 'function') return input();
      return typeof input === 'string' ? new TextEncoder().encode(input) : input;
    },
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    environment: world.environment ?? {},
  });
  return { code, ...written };
}
