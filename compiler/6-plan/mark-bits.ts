/** Bits of the packet's mark that a plan may keep its own notes in: those that the target reserves and no rule speaks of. */
import { everyRule } from '../4-program/every-rule.ts';
import type { Atom, Program, ProgramRule } from '../4-program/program.ts';
import type { RankCodes } from './rank-codes.ts';

const WHOLE = 0xffffffff;

/** The lowest free bits that hold the codes; undefined where there are not enough. */
export function markBitsFor({ bits }: RankCodes, program: Program): number | undefined {
  let free = freeMarkBits(program);
  let mask = 0;
  for (let found = 0; found < bits; found++) {
    if (free === 0) return undefined;
    const lowest = (free & -free) >>> 0;
    mask = (mask | lowest) >>> 0;
    free = (free & ~lowest) >>> 0;
  }
  return mask;
}

/**
 * What the target reserves without what the policy itself tests or sets. A target that reserves nothing leaves nothing free:
 * a policy that never speaks of marks may run beside software that does.
 */
export function freeMarkBits(program: Program): number {
  const reserved = program.target?.markMask ?? 0;
  if (reserved === 0) return 0;
  const used = program.stages.flatMap(({ implied, items }) => everyRule([...implied, ...items])).map(bitsUsed);
  return (reserved & ~used.reduce((all, bits) => all | bits, 0)) >>> 0;
}

function bitsUsed({ atoms, effects }: ProgramRule): number {
  const tested = [atoms, ...effects.flatMap(({ when }) => when)].flat().map(bitsTested);
  const set = effects.map(({ effect }) => (effect.kind === 'mark set' ? effect.mask : 0));
  return [...tested, ...set].reduce((all, bits) => all | bits, 0);
}

function bitsTested({ test }: Atom): number {
  switch (test.kind) {
    case 'masked':
      return test.field === 'mark' ? test.mask : 0;
    case 'number':
      return test.field === 'mark' ? WHOLE : 0;
    case 'same field':
      return test.left === 'mark' || test.right === 'mark' ? WHOLE : 0;
    default:
      return 0;
  }
}
