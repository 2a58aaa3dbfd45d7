import { setFlagsFromString } from 'node:v8';

/**
 * Bytes of bytecode that a function runs through before V8 optimizes it (67,584 unless told), and how much of other functions is
 * made part of one (920).
 */
const FLAGS = ['--interrupt-budget=300000', '--max-inlined-bytecode-size-cumulative=400'];

/**
 * Makes V8 optimize only what runs for long. Without, a command of a few seconds that goes through many kinds of work spends
 * nearly half of its processor time, on threads beside its own, on optimizing functions that have little left to do. Both are
 * plain numbers that V8 reads each time it asks, so they may change while it runs.
 */
export function optimizeSparingly(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
