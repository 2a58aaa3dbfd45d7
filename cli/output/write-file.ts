/** Writes one new file, down to the disk. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** So many bytes are written before others get a turn: a signal is then obeyed at once. */
const BYTES_PER_TURN = 1 << 20;

/**
 * Writes a file that must not exist yet. `turn` is awaited every now and then; between two turns nothing else of this
 * process runs, so that whoever interrupts the writing finds no half-done step.
 */
export async function writeFile(
  path: string,
  content: readonly Uint8Array[],
  turn: () => Promise<void>,
  mode = 0o666,
): Promise<void> {
  const descriptor = openSync(path, 'wx', mode);
  try {
    let sinceTurn = 0;
    for (const piece of content) {
      for (let at = 0; at < piece.length;) {
        const written = writeSync(descriptor, piece, at, Math.min(piece.length - at, BYTES_PER_TURN));
        at += written;
        sinceTurn += written;
        if (sinceTurn >= BYTES_PER_TURN) {
          sinceTurn = 0;
          await turn();
        }
      }
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  await turn();
}
