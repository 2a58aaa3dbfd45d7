/**
 * Progress for people who wait: after a second, one line on the terminal that says which phase runs and since when. The
 * compiler keeps its thread busy, so a thread of its own draws the line. On anything but a terminal there is nothing.
 */
import { Worker } from 'node:worker_threads';
import type { Session } from '../session.ts';
import { DRAWING, IDLE, STOPPED, type ProgressData } from './progress-state.ts';

const ERASE_LINE = '\r\u001B[K';

export interface Progress {
  readonly phase: (name: string) => void;
  /** Takes the line away; nothing is drawn afterwards. */
  readonly stop: () => void;
}

const SILENT: Progress = { phase: () => undefined, stop: () => undefined };

export function startProgress({ stderr, environment }: Session): Progress {
  if (!stderr.isTerminal || environment['TERM'] === 'dumb') return SILENT;
  const state = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const data: ProgressData = { state, columns: stderr.columns ?? 80 };
  const worker = new Worker(new URL('progress-worker.js', import.meta.url), { workerData: data });
  worker.unref();
  // Work without a line is as good.
  worker.on('error', () => undefined);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    phase: (name) => worker.postMessage(name),
    stop: () => {
      while (Atomics.compareExchange(state, 0, IDLE, STOPPED) === DRAWING) Atomics.wait(state, 0, DRAWING);
      if (Atomics.exchange(state, 1, 0) === 1) stderr.write(ERASE_LINE);
      void worker.terminate();
    },
  };
}
