/** The thread that draws progress. It is sent the name of each phase, and told to stop through shared memory. */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { DRAWING, IDLE, type ProgressData } from './progress-state.ts';

const STANDARD_ERROR = 2;
const ERASE_LINE = '\r\u001B[K';

const { state, columns } = workerData as ProgressData;
const started = performance.now();
let phase = '';

parentPort?.on('message', (name: string) => {
  phase = name;
  if (performance.now() - started >= 1000) draw();
});
setInterval(draw, 1000);

function draw(): void {
  if (Atomics.compareExchange(state, 0, IDLE, DRAWING) !== IDLE) return;
  try {
    const seconds = Math.floor((performance.now() - started) / 1000);
    writeSync(STANDARD_ERROR, ERASE_LINE + `${phase} (${seconds} s)`.slice(0, columns - 1));
    Atomics.store(state, 1, 1);
  } finally {
    Atomics.store(state, 0, IDLE);
    Atomics.notify(state, 0);
  }
}
