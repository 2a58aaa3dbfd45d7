/** Signals that end a process while it has something to clean up. */
import { setImmediate } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work`; at a signal that ends the process, runs `cleanUp` first and then ends by that same signal, as a shell
 * expects. Signals are heard whenever `work` awaits the `turn` that it is given. Outside of this, signals end the process
 * at once: a compile keeps the processor for seconds, and nothing needs to be cleaned up then.
 */
export async function whileInterruptible<Result>(
  cleanUp: () => void,
  work: (turn: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const onSignal = (signal: NodeJS.Signals): void => {
    stopListening();
    cleanUp();
    process.kill(process.pid, signal);
  };
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(() => setImmediate());
  } finally {
    stopListening();
  }
}
