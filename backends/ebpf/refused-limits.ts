/** Limits that a program cannot keep. */
import type { ProgramItem, Program, StageId } from '../../compiler/4-program/program.ts';
import type { Gate, RateGate } from '../../compiler/model/condition.ts';
import { ratesIn } from './lower/cells.ts';
import { paceOf } from './lower/limiters.ts';

/** What is wrong with a limit of a block, and what to do. */
export function refusalsOfLimit(
  gate: RateGate,
  block: StageId,
  program: Program,
): readonly { readonly message: string; readonly hint: string }[] {
  const { burst, limiter } = gate;
  const rates = 'kind' in gate.rate ? ratesIn(gate.rate) : [gate.rate];
  const isInexact = rates.some((rate) => !paceOf(rate, burst));
  const isShared = program.stages.some(({ id, items }) => id !== block && asksLimiter(items, limiter));
  return [...(isInexact ? [INEXACT] : []), ...(isShared ? [SHARED] : [])];
}

const INEXACT = {
  message: 'a program in the kernel cannot keep this rate exactly',
  hint: 'Write a rate whose packets, bytes or bits are whole nanoseconds apart, as 5000/second, and a burst of less than a year.',
};
const SHARED = {
  message: 'this limit has one bucket with limits of another block, which another plane carries out',
  hint: 'Give the limits buckets of their own.',
};

function asksLimiter(items: readonly ProgramItem[], limiter: string): boolean {
  const isIt = (gate: Gate): boolean => gate.kind === 'rate' && gate.limiter === limiter;
  return items.some((item) => {
    if (item.kind !== 'rule') return asksLimiter(item.items, limiter);
    const { gates, effects, decision } = item;
    const atSocket = decision?.kind === 'socket' ? decision.limit : undefined;
    return [...gates, ...effects.flatMap((effect) => effect.gates), ...(atSocket ? [atSocket] : [])].some(isIt);
  });
}
